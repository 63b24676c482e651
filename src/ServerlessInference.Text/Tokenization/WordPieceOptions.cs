namespace ServerlessInference.Text.Tokenization;

/// <summary>The settings of a WordPiece tokenizer that a bare vocabulary does not hold. The defaults are those of
/// <c>bert-base-uncased</c>.</summary>
public sealed class WordPieceOptions
{
    /// <summary>Gets whether text is lower-cased.</summary>
    /// <value>The default is true; set false for cased models.</value>
    public bool Lowercase { get; init; } = true;

    /// <summary>Gets whether accents are stripped (NFD without nonspacing marks).</summary>
    /// <value>The default, null, strips them where text is lower-cased.</value>
    public bool? StripAccents { get; init; }

    /// <summary>Gets whether control characters are removed and white space becomes a plain space.</summary>
    /// <value>The default is true.</value>
    public bool CleanText { get; init; } = true;

    /// <summary>Gets whether every CJK ideograph is a word of its own.</summary>
    /// <value>The default is true.</value>
    public bool SplitIdeographs { get; init; } = true;

    /// <summary>Gets the token of words that the vocabulary cannot spell.</summary>
    /// <value>The default is <c>[UNK]</c>. The vocabulary must hold it.</value>
    public string UnknownToken { get; init; } = "[UNK]";

    /// <summary>Gets the token that begins a sequence.</summary>
    /// <value>The default is <c>[CLS]</c>. The vocabulary must hold it.</value>
    public string ClassToken { get; init; } = "[CLS]";

    /// <summary>Gets the token that ends each text.</summary>
    /// <value>The default is <c>[SEP]</c>. The vocabulary must hold it.</value>
    public string SeparatorToken { get; init; } = "[SEP]";

    /// <summary>Gets the token that fills sequences up.</summary>
    /// <value>The default is <c>[PAD]</c>. The vocabulary must hold it.</value>
    public string PadToken { get; init; } = "[PAD]";

    /// <summary>Gets the token that stands for a hidden word.</summary>
    /// <value>The default is <c>[MASK]</c>; ignored where the vocabulary does not hold it.</value>
    public string MaskToken { get; init; } = "[MASK]";

    /// <summary>Gets what begins tokens that continue a word.</summary>
    /// <value>The default is <c>##</c>. Not empty, and punctuation first, so that no word starts with it.</value>
    public string ContinuationPrefix { get; init; } = "##";

    /// <summary>Gets how many characters a word may have before it counts as unknown.</summary>
    /// <value>1 to 1,000. The default is 100.</value>
    public int MaxCharactersPerWord { get; init; } = 100;

    /// <summary>Gets the longest sequence the model takes, in tokens.</summary>
    /// <value>The default, null, is unknown.</value>
    public int? ModelMaxLength { get; init; }

    /// <summary>Gets tokens to be found as a whole, beyond the special ones above.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];
}
