namespace ServerlessInference.Tool.CommandLine;

/// <summary>
/// A mistake in the command line that is found only when the command runs. The message is written to standard error, and the tool exits
/// with <see cref="ExitCode.WrongUsage"/>.
/// </summary>
internal sealed class UsageException(string message) : Exception(message);
