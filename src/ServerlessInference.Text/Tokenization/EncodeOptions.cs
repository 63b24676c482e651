namespace ServerlessInference.Text.Tokenization;

/// <summary>How texts become token sequences: special tokens, truncation, windows and padding.</summary>
/// <remarks>Immutable once initialised; share one instance between calls and threads.</remarks>
public sealed class EncodeOptions
{
    /// <summary>Gets the defaults: special tokens, no truncation, no padding.</summary>
    public static EncodeOptions Default { get; } = new();

    /// <summary>Gets whether special tokens (<c>[CLS]</c>, <c>[SEP]</c>) frame the texts.</summary>
    /// <value>The default is true.</value>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Gets the most tokens of a sequence, special tokens included.</summary>
    /// <value>At least the number of special tokens. The default, null, truncates nothing.</value>
    public int? MaxLength { get; init; }

    /// <summary>Gets which text is shortened.</summary>
    /// <value>The default is <see cref="TruncationStrategy.LongestFirst"/>.</value>
    public TruncationStrategy Truncation { get; init; }

    /// <summary>Gets the end from which tokens are cut off.</summary>
    /// <value>The default is <see cref="TextSide.Right"/>.</value>
    public TextSide TruncationSide { get; init; }

    /// <summary>Gets how many tokens a window repeats of the window before it.</summary>
    /// <value>0 or more, and less than a window has room for. The default is 0. Used by <c>EncodeWindows</c> only.</value>
    public int Stride { get; init; }

    /// <summary>Gets how many windows an input may have; one with more is refused before any is made.</summary>
    /// <value>1 or more. The default is 4,096.</value>
    public int MaxWindows { get; init; } = 4096;

    /// <summary>Gets whether windows end soon after the first: tokenizing stops with the word that fills <see cref="MaxLength"/>.</summary>
    /// <value>The default, false, covers the whole text. Hugging Face's tokenizers 0.23 behave as true does, earlier versions
    /// as false.</value>
    public bool StopAtMaxLength { get; init; }

    /// <summary>Gets how far encodings are padded.</summary>
    /// <value>The default is <see cref="PaddingStrategy.None"/>.</value>
    public PaddingStrategy Padding { get; init; }

    /// <summary>Gets the length for <see cref="PaddingStrategy.Fixed"/>.</summary>
    /// <value>0 or more tokens.</value>
    public int PadLength { get; init; }

    /// <summary>Gets the number that the padded length is a multiple of.</summary>
    /// <value>The default, 0, rounds to nothing.</value>
    public int PadToMultipleOf { get; init; }

    /// <summary>Gets the end at which padding goes.</summary>
    /// <value>The default is <see cref="TextSide.Right"/>.</value>
    public TextSide PaddingSide { get; init; }

    /// <summary>Gets the padding token's id.</summary>
    /// <value>The default, null, takes the tokenizer's own.</value>
    public int? PadTokenId { get; init; }

    /// <summary>Gets the type id of padding tokens.</summary>
    /// <value>The default is 0.</value>
    public int PadTypeId { get; init; }

    /// <summary>Gets the length that a sequence or batch is padded to.</summary>
    internal int PaddedLength(int longest)
    {
        long length = Padding == PaddingStrategy.Fixed ? PadLength : longest;
        if (PadToMultipleOf > 0 && length % PadToMultipleOf != 0)
        {
            length += PadToMultipleOf - (length % PadToMultipleOf);
        }

        return checked((int)length);
    }

    /// <summary>Refuses values that cannot be meant.</summary>
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
                $"{nameof(Stride)} ({Stride}), {nameof(PadLength)} ({PadLength}) and {nameof(PadToMultipleOf)} ({PadToMultipleOf}) must be 0 or more.");
        }
    }
}
