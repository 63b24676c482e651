namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>Why an invocation failed, as the caller of the function is told.</summary>
/// <param name="Type">The error type, such as <c>Runtime.ExitError</c> or the function's own.</param>
/// <param name="Message">The message.</param>
internal sealed record FunctionError(string Type, string Message)
{
    /// <summary>The runtime stopped before it answered.</summary>
    public const string ExitError = "Runtime.ExitError";

    /// <summary>The invocation's deadline passed.</summary>
    public const string TimedOut = "Sandbox.Timedout";

    /// <summary>The response is larger than Lambda passes on.</summary>
    public const string ResponseTooLarge = "Function.ResponseSizeTooLarge";

    /// <summary>The program could not be started.</summary>
    public const string InvalidEntrypoint = "Runtime.InvalidEntrypoint";

    /// <summary>The body of the response ended before its announced end.</summary>
    public const string TruncatedResponse = "Runtime.TruncatedResponse";
}
