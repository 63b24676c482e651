using System.Runtime.InteropServices;

namespace ServerlessInference.Lambda;

/// <summary>Ends the process after a failed start that was logged and reported to Lambda.</summary>
internal static partial class ReportedFailure
{
    private const int ExitStatus = 1;

    /// <summary>
    /// Ends the process quietly when an exception leaves the program. Otherwise the runtime would write the exception once more and abort
    /// with a memory dump, while Lambda waits for the process to end.
    /// </summary>
    public static void EndProcessOn(Exception exception) => AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
    {
        if (ReferenceEquals(unhandled.ExceptionObject, exception))
        {
            End();
        }
    };

    /// <summary>Ends the process at once.</summary>
    public static void End()
    {
        if (OperatingSystem.IsLinux())
        {
            // Not a normal exit: ONNX Runtime may still be initializing on another thread, and crashes if its library is cleaned up
            // meanwhile.
            ExitAtOnce(ExitStatus);
        }

        Environment.Exit(ExitStatus);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial void ExitAtOnce(int status);
}
