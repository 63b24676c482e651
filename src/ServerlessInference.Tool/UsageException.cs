namespace ServerlessInference.Tool;

/// <summary>
/// A mistake in the command line that only shows once the command runs. The message goes to standard error and the tool
/// exits with <see cref="ExitCode.WrongUsage"/>.
/// </summary>
internal sealed class UsageException(string message) : Exception(message);
