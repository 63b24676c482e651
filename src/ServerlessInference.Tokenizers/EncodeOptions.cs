namespace ServerlessInference.Tokenizers;

/// <summary>Options of encoding: special tokens, truncation, windows and padding.</summary>
/// <remarks>Immutable once initialized; share one instance between calls and threads.</remarks>
/// <example>
/// <code>
/// var options = new EncodeOptions { MaxLength = 128, Padding = PaddingStrategy.Longest };
/// var batch = new TokenBatch();
/// tokenizer.EncodeBatch(["first text", "second text"], batch, options);
/// </code>
/// </example>
public sealed class EncodeOptions
{
    /// <summary>Gets the defaults: special tokens, no truncation, no padding.</summary>
    public static EncodeOptions Default { get; } = new();

    /// <summary>Gets whether special tokens such as <c>[CLS]</c> and <c>[SEP]</c> are added around the texts.</summary>
    /// <value>The default is true.</value>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Gets the maximum length of a sequence in tokens, special tokens included.</summary>
    /// <value>At least the number of special tokens. The default, null, disables truncation.</value>
    public int? MaxLength { get; init; }

    /// <summary>Gets which text is truncated.</summary>
    /// <value>The default is <see cref="TruncationStrategy.LongestFirst"/>.</value>
    public TruncationStrategy Truncation { get; init; }

    /// <summary>Gets the side at which tokens are removed.</summary>
    /// <value>The default is <see cref="TextSide.Right"/>.</value>
    public TextSide TruncationSide { get; init; }

    /// <summary>Gets by how many tokens consecutive windows overlap.</summary>
    /// <value>0 or more, and less than the room that a window has for the text. The default is 0. Used by <c>EncodeWindows</c>
    /// only.</value>
    public int Stride { get; init; }

    /// <summary>Gets the maximum number of windows of one input. An input that needs more is rejected before any is created.</summary>
    /// <value>1 or more. The default is 4,096.</value>
    public int MaxWindows { get; init; } = 4096;

    /// <summary>Gets whether tokenizing stops after the word that reaches <see cref="MaxLength"/>, so that there are hardly any windows
    /// after the first.</summary>
    /// <value>The default, false, covers the whole text. Hugging Face's tokenizers 0.23 behaves like true, earlier versions like
    /// false.</value>
    public bool StopAtMaxLength { get; init; }

    /// <summary>Gets the length to which sequences are padded.</summary>
    /// <value>The default is <see cref="PaddingStrategy.None"/>.</value>
    public PaddingStrategy Padding { get; init; }

    /// <summary>Gets the length in tokens for <see cref="PaddingStrategy.Fixed"/>.</summary>
    /// <value>0 or more.</value>
    public int PadLength { get; init; }

    /// <summary>Gets the number of which the padded length must be a multiple.</summary>
    /// <value>The default, 0, does not round.</value>
    public int PadToMultipleOf { get; init; }

    /// <summary>Gets the side at which padding is added.</summary>
    /// <value>The default is <see cref="TextSide.Right"/>.</value>
    public TextSide PaddingSide { get; init; }

    /// <summary>Gets the id of the padding token.</summary>
    /// <value>The default, null, is the tokenizer's own. Required for padding if the tokenizer has none.</value>
    public int? PadTokenId { get; init; }

    /// <summary>Gets the type id of padding tokens.</summary>
    /// <value>The default is 0.</value>
    public int PadTypeId { get; init; }

    /// <summary>Gets the length to which sequences are padded.</summary>
    /// <param name="longest">The length of the longest sequence.</param>
    internal int GetPaddedLength(int longest)
    {
        long length = Padding == PaddingStrategy.Fixed ? PadLength : longest;
        if (PadToMultipleOf > 0 && length % PadToMultipleOf != 0)
        {
            length += PadToMultipleOf - (length % PadToMultipleOf);
        }

        return checked((int)length);
    }

    /// <summary>Checks the values against each other and against the number of special tokens.</summary>
    /// <exception cref="ArgumentException">The values contradict each other or are out of range.</exception>
    internal void Validate(int specialTokens)
    {
        if (MaxLength is { } max && (max < 1 || max < specialTokens))
        {
            throw new ArgumentException(
                $"{nameof(MaxLength)} is {max}; the special tokens alone take {specialTokens}. Set at least {Math.Max(1, specialTokens)}.");
        }

        if (MaxWindows < 1)
        {
            throw new ArgumentException($"{nameof(MaxWindows)} is {MaxWindows}; it must be 1 or more.");
        }

        if (Stride < 0 || PadLength < 0 || PadToMultipleOf < 0)
        {
            throw new ArgumentException(
                $"{nameof(Stride)} ({Stride}), {nameof(PadLength)} ({PadLength}) and {nameof(PadToMultipleOf)} ({PadToMultipleOf}) " +
                "must be 0 or more.");
        }
    }
}
