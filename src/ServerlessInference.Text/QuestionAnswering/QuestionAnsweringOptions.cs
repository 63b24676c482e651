using System.ComponentModel.DataAnnotations;

namespace ServerlessInference.Text.QuestionAnswering;

/// <summary>How questions are answered. The defaults are those of Hugging Face's <c>question-answering</c> pipeline.</summary>
public sealed class QuestionAnsweringOptions
{
    /// <summary>Gets or sets how many answers are given at most.</summary>
    /// <value>1 to 1,000. The default is 1.</value>
    [Range(1, 1000)]
    public int TopK { get; set; } = 1;

    /// <summary>Gets or sets the length of a window in tokens: question, part of the context and special tokens.</summary>
    /// <value>8 to 1,000,000. The default is 384. The model's own maximum goes before it.</value>
    [Range(8, 1_000_000)]
    public int MaxLength { get; set; } = 384;

    /// <summary>Gets or sets how many tokens of the context a window repeats of the one before, so that no answer is cut in two.</summary>
    /// <value>0 to 1,000,000. The default, null, is 128, or half of <see cref="MaxLength"/> where that is less, and less still
    /// beside a long question.</value>
    [Range(0, 1_000_000)]
    public int? Stride { get; set; }

    /// <summary>Gets or sets how many tokens an answer has at most.</summary>
    /// <value>1 to 10,000. The default is 15.</value>
    [Range(1, 10_000)]
    public int MaxAnswerTokens { get; set; } = 15;

    /// <summary>Gets or sets a value indicating whether "there is no answer" is one of the answers, as SQuAD 2 models know it.</summary>
    /// <value>The default is <see langword="false"/>. Its score is that of the window most sure of an answer.</value>
    public bool AllowNoAnswer { get; set; }

    /// <summary>Gets or sets a value indicating whether answers begin and end with whole words.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool AlignToWords { get; set; } = true;

    /// <summary>Gets or sets how many windows a context may have; a longer one is refused.</summary>
    /// <value>1 to 4,096. The default is 64. No more windows run together, so that this bounds memory: questions of a batch that need
    /// more between them run one by one.</value>
    [Range(1, 4096)]
    public int MaxWindows { get; set; } = 64;
}
