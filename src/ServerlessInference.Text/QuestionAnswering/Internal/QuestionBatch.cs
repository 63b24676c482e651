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

    /// <summary>Gets or sets how the windows are padded in the model's tensors.</summary>
    internal SequencePadding Padding { get; set; }

    /// <summary>Whether the context comes before the question, as transformers does for models that are padded on the left.</summary>
    internal static bool IsContextFirst(SequencePadding padding) => padding.Side == TextSide.Left;

    internal void Clear()
    {
        Windows.Clear();
        Starts.Clear();
        Contexts.Clear();
    }
}
