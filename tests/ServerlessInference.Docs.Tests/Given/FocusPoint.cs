namespace ServerlessInference.Docs.Tests.Given;

/// <summary>An answer of an application's own vision model.</summary>
/// <param name="X">The column, in pixels of the image.</param>
/// <param name="Y">The row, in pixels of the image.</param>
/// <param name="Score">How certain the model is.</param>
public sealed record FocusPoint(float X, float Y, float Score);
