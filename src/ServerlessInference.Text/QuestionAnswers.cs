namespace ServerlessInference.Text;

/// <summary>The answers to one question.</summary>
/// <param name="Top">The best answers, highest score first. There is at least one; its text is empty if the context has no answer.</param>
public sealed record QuestionAnswers(IReadOnlyList<Answer> Top);
