using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>Asks processes to stop. .NET itself can only kill.</summary>
internal static partial class Signals
{
    private const int Terminate = 15;

    /// <summary>Sends SIGTERM; false where the system has no such signal or the process is gone.</summary>
    public static bool TryTerminate(Process process) =>
        !OperatingSystem.IsWindows() && !process.HasExited && Kill(process.Id, Terminate) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
