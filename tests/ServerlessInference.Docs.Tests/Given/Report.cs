namespace ServerlessInference.Docs.Tests.Given;

/// <summary>What a scheduled handler answers.</summary>
/// <param name="Rows">How many rows it wrote.</param>
public sealed record Report(int Rows);
