namespace ServerlessInference.Tokenizers;

/// <summary>Settings of a WordPiece tokenizer that a <c>vocab.txt</c> does not contain. The defaults are those of
/// <c>bert-base-uncased</c>.</summary>
public sealed class WordPieceOptions
{
    /// <summary>Gets whether text is converted to lower case.</summary>
    /// <value>The default is true; set false for cased models.</value>
    public bool Lowercase { get; init; } = true;

    /// <summary>Gets whether accents are stripped (NFD without nonspacing marks).</summary>
    /// <value>The default, null, strips them if text is converted to lower case.</value>
    public bool? StripAccents { get; init; }

    /// <summary>Gets whether control characters are removed and all white space becomes a plain space.</summary>
    /// <value>The default is true.</value>
    public bool CleanText { get; init; } = true;

    /// <summary>Gets whether every CJK ideograph is a word of its own.</summary>
    /// <value>The default is true.</value>
    public bool SplitIdeographs { get; init; } = true;

    /// <summary>Gets the token for words that cannot be split into tokens of the vocabulary.</summary>
    /// <value>The default is <c>[UNK]</c>. The vocabulary must contain it.</value>
    public string UnknownToken { get; init; } = "[UNK]";

    /// <summary>Gets the token that starts a sequence.</summary>
    /// <value>The default is <c>[CLS]</c>. The vocabulary must contain it.</value>
    public string ClassToken { get; init; } = "[CLS]";

    /// <summary>Gets the token that ends each text.</summary>
    /// <value>The default is <c>[SEP]</c>. The vocabulary must contain it.</value>
    public string SeparatorToken { get; init; } = "[SEP]";

    /// <summary>Gets the token that pads sequences.</summary>
    /// <value>The default is <c>[PAD]</c>. The vocabulary must contain it.</value>
    public string PadToken { get; init; } = "[PAD]";

    /// <summary>Gets the token that replaces a masked word.</summary>
    /// <value>The default is <c>[MASK]</c>; ignored if the vocabulary does not contain it.</value>
    public string MaskToken { get; init; } = "[MASK]";

    /// <summary>Gets the prefix of tokens that continue a word.</summary>
    /// <value>The default is <c>##</c>. It must not be empty, and must start with punctuation, so that no word starts with it.</value>
    public string ContinuationPrefix { get; init; } = "##";

    /// <summary>Gets the maximum length of a word in characters; a longer word becomes the unknown token.</summary>
    /// <value>1 to 1,000. The default is 100.</value>
    public int MaxCharactersPerWord { get; init; } = 100;

    /// <summary>Gets the maximum length in tokens of a sequence that the model takes.</summary>
    /// <value>The default is null: it is not known.</value>
    public int? ModelMaxLength { get; init; }

    /// <summary>Gets tokens to search for as a whole, in addition to the special tokens above.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];
}
