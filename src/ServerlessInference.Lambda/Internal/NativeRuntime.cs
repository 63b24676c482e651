using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ServerlessInference.Lambda;

/// <summary>Loads ONNX Runtime's native library and its managed binding on another thread, while the function starts.</summary>
internal static class NativeRuntime
{
    public const string Library = "onnxruntime";

    /// <summary>Starts to load the library.</summary>
    /// <remarks>
    /// Only functions with models or a split package call this. They have called Core before, whose module initializer has switched off
    /// ONNX Runtime's telemetry.
    /// </remarks>
    /// <param name="isInPackage">
    /// Whether a split package contains the library. In a native program, looking it up by name does not find it there.
    /// </param>
    public static void LoadInBackground(bool isInPackage = false) =>
        ThreadPool.UnsafeQueueUserWorkItem(static isInPackage => Load(isInPackage), isInPackage, preferLocal: false);

    private static void Load(bool isInPackage)
    {
        // If the library cannot be found yet, the binding must not be used: its static constructor would fail, and never be run again. The
        // model that needs the library reports what is missing.
        if (isInPackage || NativeLibrary.TryLoad(Library, typeof(InferenceSession).Assembly, null, out nint _))
        {
            // On first use the binding prepares about a hundred native functions, which takes longer than the session of a small model.
            // RunOptions is the only object that can be created without the environment, which Core creates with its own logger.
            new RunOptions().Dispose();
        }
    }
}
