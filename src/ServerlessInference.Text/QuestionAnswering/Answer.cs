namespace ServerlessInference.Text.QuestionAnswering;

/// <summary>A part of a context that answers a question.</summary>
/// <param name="Text">The part, cut out of the original context; empty for "there is no answer".</param>
/// <param name="Score">The product of the start's and the end's probability in its window, 0 to 1.</param>
/// <param name="Start">Where it starts in the context, a UTF-16 index.</param>
/// <param name="End">Where it ends, exclusive.</param>
public sealed record Answer(string Text, float Score, int Start, int End);
