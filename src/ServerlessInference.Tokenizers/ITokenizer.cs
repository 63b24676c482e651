namespace ServerlessInference.Tokenizers;

/// <summary>Turns texts into token sequences and back.</summary>
/// <remarks>
/// <para><see cref="Tokenizer"/> implements it for the tokenizers that this package knows, and for any <see cref="ITokenModel"/>.
/// Implement this interface only for a tokenizer that also truncates and pads by rules of its own.</para>
/// <para>Implementations must be thread-safe. They write into objects of the caller, so that encoding need not allocate.</para>
/// </remarks>
public interface ITokenizer
{
    /// <summary>Gets the number of tokens in the vocabulary, without added tokens.</summary>
    int VocabularySize { get; }

    /// <summary>Gets the id of the padding token; null if there is none.</summary>
    int? PadTokenId { get; }

    /// <summary>Gets the type id of padding tokens.</summary>
    int PadTypeId => 0;

    /// <summary>Gets the side at which the model expects padding. Pipelines pad there; encoding methods pad as their options say.</summary>
    TextSide PaddingSide => TextSide.Right;

    /// <summary>Gets the side at which texts are truncated for the model. Pipelines truncate there; encoding methods truncate as their
    /// options say.</summary>
    TextSide TruncationSide => TextSide.Right;

    /// <summary>Gets the id of the token that starts a sequence, such as <c>[CLS]</c>; null if there is none.</summary>
    int? ClassTokenId { get; }

    /// <summary>Gets the maximum length in tokens of a sequence that the model takes; null if it is not known.</summary>
    int? ModelMaxLength { get; }

    /// <summary>Gets the id of a token.</summary>
    /// <param name="token">The token as the vocabulary spells it, such as <c>##ing</c>.</param>
    /// <returns>The id; null if there is no such token.</returns>
    int? GetTokenId(string token);

    /// <summary>Gets the token with an id.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The token as the vocabulary spells it; null if there is no such token.</returns>
    string? GetToken(int id);

    /// <summary>Counts the special tokens that are added to a sequence.</summary>
    /// <param name="isPair">Whether the sequence has two texts.</param>
    /// <returns>The number of special tokens.</returns>
    int CountSpecialTokens(bool isPair);

    /// <summary>Encodes a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="result">Overwritten with the token sequence.</param>
    /// <param name="options">Truncation and padding; null for <see cref="EncodeOptions.Default"/>.</param>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    void Encode(ReadOnlySpan<char> text, TokenEncoding result, EncodeOptions? options = null);

    /// <summary>Encodes two texts that the model reads together.</summary>
    /// <param name="first">The first text (the question).</param>
    /// <param name="second">The second text (the context).</param>
    /// <param name="result">Overwritten with the token sequence.</param>
    /// <param name="options">Truncation and padding; null for <see cref="EncodeOptions.Default"/>.</param>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="TextTooLongException">Only one text may be truncated, and the other is too long.</exception>
    void EncodePair(ReadOnlySpan<char> first, ReadOnlySpan<char> second, TokenEncoding result, EncodeOptions? options = null);

    /// <summary>Encodes several inputs.</summary>
    /// <param name="inputs">Texts or pairs.</param>
    /// <param name="batch">Overwritten with one sequence per input, in their order.</param>
    /// <param name="options">Truncation and padding; null for <see cref="EncodeOptions.Default"/>.</param>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="TextTooLongException">Only one text of an input may be truncated, and the other is too long.</exception>
    void EncodeBatch(ReadOnlySpan<TextPair> inputs, TokenBatch batch, EncodeOptions? options = null);

    /// <summary>Encodes a long text into windows that each fit the model.</summary>
    /// <param name="text">The text.</param>
    /// <param name="windows">Overwritten with the windows.</param>
    /// <param name="options">Must set <see cref="EncodeOptions.MaxLength"/>; <see cref="EncodeOptions.Stride"/> is the overlap.</param>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="TextTooLongException">The overlap is not smaller than a window, or there are too many windows.</exception>
    void EncodeWindows(ReadOnlySpan<char> text, TokenBatch windows, EncodeOptions options);

    /// <summary>Encodes a question with a long context into windows that each fit the model.</summary>
    /// <param name="first">The first text (the question).</param>
    /// <param name="second">The second text (the context).</param>
    /// <param name="windows">Overwritten with the windows. The first one is what <see cref="EncodePair"/> gives.</param>
    /// <param name="options">Must set <see cref="EncodeOptions.MaxLength"/>; <see cref="EncodeOptions.Stride"/> is the overlap.</param>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="TextTooLongException">One text leaves too little room for the other, or there are too many windows.</exception>
    void EncodeWindows(ReadOnlySpan<char> first, ReadOnlySpan<char> second, TokenBatch windows, EncodeOptions options);

    /// <summary>Encodes a text into ids only, without special tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="ids">Filled from the start; ids that do not fit are dropped.</param>
    /// <returns>The number of ids written.</returns>
    int EncodeIds(ReadOnlySpan<char> text, Span<int> ids);

    /// <summary>Turns ids back into text.</summary>
    /// <param name="ids">The ids; those without a token are skipped.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are omitted.</param>
    /// <returns>The text. It may differ from the original in case, accents and spacing.</returns>
    string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true);
}
