namespace ServerlessInference.Text;

/// <summary>A question and the text to search for its answer.</summary>
/// <param name="Text">The question; not empty.</param>
/// <param name="Context">The text to search; not empty. It may be of any length: a long one is split into windows.</param>
public sealed record Question(string Text, string Context);
