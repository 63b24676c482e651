using ServerlessInference.Text.Tokenization;

namespace ServerlessInference.Text.QuestionAnswering.Internal;

/// <summary>The windows of a batch of questions: which belong to which, and their contexts. Reused from request to request.</summary>
internal sealed class QuestionBatch
{
    internal TokenBatch Windows { get; } = new();

    internal TokenBatch Current { get; } = new();

    internal AnswerCollector Collector { get; } = new();

    /// <summary>Gets, for each question, where its windows start, and at the end where the last one's end.</summary>
    internal List<int> Starts { get; } = [];

    /// <summary>Gets the contexts, held only until they are answered.</summary>
    internal List<string> Contexts { get; } = [];

    internal void Clear()
    {
        Windows.Clear();
        Starts.Clear();
        Contexts.Clear();
    }
}
