namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>Why the function did not start.</summary>
/// <param name="Error">The reason.</param>
/// <param name="Reported">What the function itself posted to <c>init/error</c>, or null where it ended or took too long.</param>
internal sealed record InitFailure(FunctionError Error, InvocationOutcome? Reported);
