namespace ServerlessInference.Text.QuestionAnswering;

/// <summary>A span of tokens in one window, and its score.</summary>
internal readonly record struct SpanScore(int Start, int End, float Score);
