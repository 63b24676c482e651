namespace ServerlessInference.Lambda;

/// <summary>A failure of the start, of which the log and Lambda have heard.</summary>
internal static class ReportedFailure
{
    private const int ExitStatus = 1;

    /// <summary>
    /// Has the process end where the exception leaves the program: the runtime would write all of it once more and abort, with a dump of the memory, where Lambda only waits for the end.
    /// </summary>
    public static void EndsProcess(Exception exception) => AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
    {
        if (ReferenceEquals(unhandled.ExceptionObject, exception))
        {
            Environment.Exit(ExitStatus);
        }
    };
}
