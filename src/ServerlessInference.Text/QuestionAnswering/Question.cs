namespace ServerlessInference.Text.QuestionAnswering;

/// <summary>A question, and the text that holds its answer.</summary>
/// <param name="Text">The question; not empty.</param>
/// <param name="Context">The text; not empty, of any length: long ones are read in windows.</param>
public sealed record Question(string Text, string Context);
