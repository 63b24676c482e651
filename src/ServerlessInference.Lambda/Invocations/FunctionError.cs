namespace ServerlessInference.Lambda.Invocations;

/// <summary>Describes why an invocation failed, as far as its caller may know: it contains neither payload nor stack trace.</summary>
/// <param name="Type">A short name for programs, such as <c>Function.DeadlineExceeded</c> or an exception's type.</param>
/// <param name="Message">What was found, what was expected and what to do.</param>
public sealed record FunctionError(string Type, string Message);
