namespace ServerlessInference.Docs.Tests.Given;

/// <summary>The answer of a scheduled handler.</summary>
/// <param name="Rows">How many rows it wrote.</param>
public sealed record Report(int Rows);
