namespace ServerlessInference.Text.QuestionAnswering;

/// <summary>What a context answers to a question.</summary>
/// <param name="Top">The best answers, by falling score; at least one, whose text is empty where there is no answer.</param>
public sealed record QuestionAnswers(IReadOnlyList<Answer> Top);
