using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text.QuestionAnswering;

/// <summary>The windows of a batch of questions, which question each belongs to, and the contexts. Reused between requests.</summary>
internal sealed class QuestionBatch
{
    internal TokenBatch Windows { get; } = new();

    internal TokenBatch Current { get; } = new();

    internal AnswerCollector Collector { get; } = new();

    /// <summary>Gets the index of each question's first window, followed by the total number of windows.</summary>
    internal List<int> Starts { get; } = [];

    /// <summary>Gets the contexts. They are released as soon as the answers have been cut out of them.</summary>
    internal List<string> Contexts { get; } = [];

    internal void Clear()
    {
        Windows.Clear();
        Starts.Clear();
        Contexts.Clear();
    }
}
