namespace ServerlessInference.Lambda;

/// <summary>Why an invocation failed, as far as its caller may know: never a payload, never a stack.</summary>
/// <param name="Type">A short name for programs, such as <c>Function.DeadlineExceeded</c> or an exception's type.</param>
/// <param name="Message">What was found, what was expected and what to do.</param>
public sealed record FunctionError(string Type, string Message);
