using System.Runtime.InteropServices;

namespace ServerlessInference.Lambda;

/// <summary>A failure of the start, of which the log and Lambda have heard.</summary>
internal static partial class ReportedFailure
{
    private const int ExitStatus = 1;

    /// <summary>
    /// Has the process end where the exception leaves the program: the runtime would write all of it once more and abort, with a dump of the memory, where Lambda only waits for the end.
    /// </summary>
    public static void EndsProcess(Exception exception) => AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
    {
        if (ReferenceEquals(unhandled.ExceptionObject, exception))
        {
            End();
        }
    };

    private static void End()
    {
        if (OperatingSystem.IsLinux())
        {
            // ONNX Runtime may still be making itself ready on another thread, which does not bear that its library is being cleaned up.
            ExitAtOnce(ExitStatus);
        }

        Environment.Exit(ExitStatus);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial void ExitAtOnce(int status);
}
