namespace ServerlessInference.Docs.Tests.Given;

/// <summary>An event of an application's own.</summary>
/// <param name="Number">Which order it is.</param>
/// <param name="Photo">The photo that came with it; base64 in JSON.</param>
public sealed record Order(string Number, byte[] Photo);
