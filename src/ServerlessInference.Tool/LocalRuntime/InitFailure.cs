namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>The reason why the function did not start.</summary>
/// <param name="Error">The reason.</param>
/// <param name="Reported">The error that the function posted to <c>init/error</c>; null if it ended or took too long.</param>
internal sealed record InitFailure(FunctionError Error, InvocationOutcome? Reported);
