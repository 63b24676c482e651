using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>Asks processes to stop; .NET itself can only kill them.</summary>
internal static partial class Signals
{
    private const int Terminate = 15;

    /// <summary>Sends SIGTERM. Returns false if the system has no such signal, or the process has ended.</summary>
    public static bool TryTerminate(Process process) =>
        !OperatingSystem.IsWindows() && !process.HasExited && Kill(process.Id, Terminate) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
