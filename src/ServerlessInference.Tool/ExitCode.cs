namespace ServerlessInference.Tool;

/// <summary>The exit codes that every command shares.</summary>
internal static class ExitCode
{
    /// <summary>Everything that was asked for worked.</summary>
    public const int Success = 0;

    /// <summary>The command ran, and at least one input failed; its document on standard output says why in <c>error</c>.</summary>
    public const int InputFailed = 1;

    /// <summary>The command line makes no sense; nothing was run.</summary>
    public const int WrongUsage = 2;

    /// <summary>Ctrl-C stopped the command before it was done (128 + SIGINT, as shells report it).</summary>
    public const int Cancelled = 130;
}
