namespace ServerlessInference.Docs.Tests.Given;

/// <summary>The answer of an application's own handler.</summary>
/// <param name="Number">Which order it is.</param>
/// <param name="Label">What its photo shows.</param>
public sealed record OrderLabel(string Number, string Label);
