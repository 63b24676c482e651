using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ServerlessInference.Lambda;

/// <summary>Gets ONNX Runtime's native library and its binding, and the memory for both it and managed code, ready beside everything else that a start does.</summary>
internal static class NativeRuntime
{
    private const string Library = "onnxruntime";

    public static void LoadInBackground() => ThreadPool.UnsafeQueueUserWorkItem(static _ => Load(), null);

    private static void Load()
    {
        // Where the library is not to be found yet, the binding must not be touched: it would never try again. Whoever needs it then
        // says what is missing.
        if (NativeLibrary.TryLoad(Library, typeof(InferenceSession).Assembly, null, out nint _))
        {
            // The binding prepares a hundred native functions when it is first used, which takes longer than a small model's session.
            // Options of a run are the one object that needs no environment, which Core creates with a logger of its own.
            new RunOptions().Dispose();
        }
    }
}
