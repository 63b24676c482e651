using System.ComponentModel.DataAnnotations;

namespace ServerlessInference.Text;

/// <summary>Options of question answering. The defaults are those of Hugging Face's <c>question-answering</c> pipeline.</summary>
public sealed class QuestionAnsweringOptions
{
    /// <summary>Gets or sets the maximum number of answers to return.</summary>
    /// <value>1 to 1,000. The default is 1.</value>
    [Range(1, 1000)]
    public int TopK { get; set; } = 1;

    /// <summary>Gets or sets the length of a window in tokens: the question, a part of the context and the special tokens.</summary>
    /// <value>8 to 1,000,000. The default is 384. If the model takes fewer tokens, its own maximum applies.</value>
    [Range(8, 1_000_000)]
    public int MaxLength { get; set; } = 384;

    /// <summary>Gets or sets by how many tokens of the context consecutive windows overlap, so that no answer is cut in two.</summary>
    /// <value>0 to 1,000,000. The default, <see langword="null"/>, is 128 or half of <see cref="MaxLength"/>, whichever is less, and
    /// even less if a long question leaves little room.</value>
    [Range(0, 1_000_000)]
    public int? Stride { get; set; }

    /// <summary>Gets or sets the maximum length of an answer in tokens.</summary>
    /// <value>1 to 10,000. The default is 15.</value>
    [Range(1, 10_000)]
    public int MaxAnswerTokens { get; set; } = 15;

    /// <summary>
    /// Gets or sets a value indicating whether "no answer" is a possible answer, which models trained on SQuAD 2 support.
    /// </summary>
    /// <value>The default is <see langword="false"/>. Its score is the lowest that any window gives it.</value>
    public bool AllowNoAnswer { get; set; }

    /// <summary>Gets or sets a value indicating whether answers are extended to whole words.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool AlignToWords { get; set; } = true;

    /// <summary>Gets or sets the maximum number of windows of one context; a longer context is rejected.</summary>
    /// <value>1 to 4,096. The default is 64. This bounds memory, because all windows of a batch run together: if the questions of a batch
    /// need more windows between them, they run one by one.</value>
    [Range(1, 4096)]
    public int MaxWindows { get; set; } = 64;
}
