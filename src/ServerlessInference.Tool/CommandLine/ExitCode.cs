namespace ServerlessInference.Tool.CommandLine;

/// <summary>The exit codes that every command shares.</summary>
internal static class ExitCode
{
    /// <summary>Everything that was asked for worked.</summary>
    public const int Success = 0;

    /// <summary>The command ran, but at least one input failed; <c>error</c> in its document on standard output says why.</summary>
    public const int InputFailed = 1;

    /// <summary>The command line is invalid; nothing was run.</summary>
    public const int WrongUsage = 2;

    /// <summary>Ctrl-C stopped the command before it had finished (128 + SIGINT, as shells report it).</summary>
    public const int Cancelled = 130;
}
