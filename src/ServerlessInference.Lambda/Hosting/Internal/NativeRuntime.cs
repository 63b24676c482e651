using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ServerlessInference.Lambda;

/// <summary>Gets ONNX Runtime's native library and its binding, and the memory for both it and managed code, ready beside everything else that a start does.</summary>
internal static class NativeRuntime
{
    public const string Library = "onnxruntime";

    /// <summary>Begins on another thread.</summary>
    /// <remarks>
    /// Only functions with models or a split package come here. They have called Core, whose module initializer has switched ONNX
    /// Runtime's telemetry off by then.
    /// </remarks>
    /// <param name="found">Whether a split package has the library, which a look-up by name does not find in a native program.</param>
    public static void LoadInBackground(bool found = false) => ThreadPool.UnsafeQueueUserWorkItem(static found => Load(found), found, preferLocal: false);

    private static void Load(bool found)
    {
        // Where the library is not to be found yet, the binding must not be touched: it would never try again. Whoever needs it then
        // says what is missing.
        if (found || NativeLibrary.TryLoad(Library, typeof(InferenceSession).Assembly, null, out nint _))
        {
            // The binding prepares a hundred native functions when it is first used, which takes longer than a small model's session.
            // Options of a run are the one object that needs no environment, which Core creates with a logger of its own.
            new RunOptions().Dispose();
        }
    }
}
