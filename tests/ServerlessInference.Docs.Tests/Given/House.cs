namespace ServerlessInference.Docs.Tests.Given;

/// <summary>An input of an application's own pipeline.</summary>
/// <param name="Area">Square metres.</param>
/// <param name="Rooms">How many.</param>
public sealed record House(float Area, int Rooms);
