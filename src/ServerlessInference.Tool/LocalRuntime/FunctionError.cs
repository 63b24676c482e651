namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>The error of a failed invocation, as the caller of the function receives it.</summary>
/// <param name="Type">The error type, such as <c>Runtime.ExitError</c> or the function's own.</param>
/// <param name="Message">The message.</param>
internal sealed record FunctionError(string Type, string Message)
{
    /// <summary>The process ended before it answered.</summary>
    public const string ExitError = "Runtime.ExitError";

    /// <summary>The invocation's deadline passed.</summary>
    public const string TimedOut = "Sandbox.Timedout";

    /// <summary>The response is larger than Lambda allows.</summary>
    public const string ResponseTooLarge = "Function.ResponseSizeTooLarge";

    /// <summary>The program could not be started.</summary>
    public const string InvalidEntrypoint = "Runtime.InvalidEntrypoint";

    /// <summary>The body of the response is shorter than announced.</summary>
    public const string TruncatedResponse = "Runtime.TruncatedResponse";
}
