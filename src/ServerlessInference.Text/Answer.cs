namespace ServerlessInference.Text;

/// <summary>The part of a context that answers a question.</summary>
/// <param name="Text">The answer, cut out of the original context; empty if the model finds no answer.</param>
/// <param name="Score">The probability of its start times that of its end within the window, 0 to 1.</param>
/// <param name="Start">The UTF-16 index in the context at which the answer starts.</param>
/// <param name="End">The UTF-16 index in the context at which the answer ends, exclusive.</param>
public sealed record Answer(string Text, float Score, int Start, int End);
