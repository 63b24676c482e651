using System.Buffers;
using System.Collections.Concurrent;
using ServerlessInference.Text.Tokenization.Internal;

namespace ServerlessInference.Text.Tokenization;

/// <summary>BERT's WordPiece tokenizer, identical to Hugging Face's Rust tokenizer (0.23.2): cleaning, ideographs, lower case,
/// accents, punctuation, unknown words, special and added tokens, pairs, truncation, windows and padding.</summary>
/// <remarks>
/// <para>Input: UTF-16 text. Output: ids, types, masks and offsets into the original text in UTF-16 units. A lone surrogate counts
/// as U+FFFD, which cleaning removes.</para>
/// <para>The Unicode tables are the package's own, so that results depend neither on ICU, on <c>InvariantGlobalization</c>, on the
/// culture nor on the version of .NET. eng/unicode/generate-tables.mjs names the Unicode versions.</para>
/// <para>Thread-safe. Encoding allocates nothing once the caller's objects and the per-thread scratch have grown.</para>
/// <para>Source of the algorithm: huggingface/tokenizers at 0.23.2, <c>normalizers/bert.rs</c>, <c>pre_tokenizers/bert.rs</c>,
/// <c>models/wordpiece</c>, read for behaviour.</para>
/// </remarks>
public sealed partial class WordPieceTokenizer
{
    private readonly ConcurrentBag<EncoderScratch> _scratch = [];
    private readonly WordPieceModel _model;
    private readonly TextEncoder _encoder;
    private readonly SequenceTemplate _template;
    private readonly Dictionary<int, AddedToken> _added;
    private readonly bool _cleansDecoded;

    internal WordPieceTokenizer(TokenizerParts parts)
    {
        _model = parts.Model;
        _template = parts.Template;
        _cleansDecoded = parts.CleanDecoded;
        PadTokenId = parts.PadTokenId;
        ClassTokenId = parts.ClassTokenId;
        ModelMaxLength = parts.ModelMaxLength;
        EmbeddedOptions = parts.EmbeddedOptions;
        _added = [];
        var raw = new List<AddedTokenPattern>();
        var normalized = new List<AddedTokenPattern>();
        foreach (AddedToken token in parts.AddedTokens)
        {
            _added[token.Id] = token;
            if (token.IsNormalized)
            {
                normalized.Add(new AddedTokenPattern(token, NormalizeContent(token.Content, parts.Normalizer)));
            }
            else
            {
                raw.Add(new AddedTokenPattern(token, token.Content));
            }
        }

        _encoder = new TextEncoder(
            _model, parts.Normalizer, AddedTokenMatcher.Create(raw), AddedTokenMatcher.Create(normalized));
    }

    /// <summary>Gets the number of tokens in the vocabulary, added tokens not counted.</summary>
    public int VocabularySize => _model.Vocabulary.Count;

    /// <summary>Gets the id of unknown words.</summary>
    public int UnknownTokenId => _model.UnknownId;

    /// <summary>Gets the id of padding.</summary>
    public int PadTokenId { get; }

    /// <summary>Gets the id of the token that begins a sequence (<c>[CLS]</c>), null where there is none.</summary>
    public int? ClassTokenId { get; }

    /// <summary>Gets the longest sequence the model takes in tokens (<c>model_max_length</c>), null where the files do not say.</summary>
    public int? ModelMaxLength { get; }

    /// <summary>Gets the truncation and padding that <c>tokenizer.json</c> holds, null where it holds neither.</summary>
    /// <remarks>Nothing applies them unasked: pass them to an encoding method, or take single values from them.</remarks>
    public EncodeOptions? EmbeddedOptions { get; }

    /// <summary>Gets how many special tokens frame two texts.</summary>
    internal int SpecialTokensOfPair => _template.SpecialTokens(pair: true);

    /// <summary>Encodes a text into a new object.</summary>
    /// <param name="text">The text.</param>
    /// <param name="options">Truncation and padding; null for <see cref="EncodeOptions.Default"/>.</param>
    /// <returns>The token sequence.</returns>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    public TokenEncoding Encode(ReadOnlySpan<char> text, EncodeOptions? options = null)
    {
        var encoding = new TokenEncoding();
        Encode(text, encoding, options);
        return encoding;
    }

    /// <summary>Encodes two texts that belong together into a new object.</summary>
    /// <param name="first">The first text (the question).</param>
    /// <param name="second">The second text (the context).</param>
    /// <param name="options">Truncation and padding; null for <see cref="EncodeOptions.Default"/>.</param>
    /// <returns>The token sequence.</returns>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="InvalidInputException">The one text that may be cut is too short for the sequence to fit.</exception>
    public TokenEncoding EncodePair(ReadOnlySpan<char> first, ReadOnlySpan<char> second, EncodeOptions? options = null)
    {
        var encoding = new TokenEncoding();
        EncodePair(first, second, encoding, options);
        return encoding;
    }

    /// <summary>Encodes a text into an object of the caller's.</summary>
    /// <param name="text">The text.</param>
    /// <param name="result">Overwritten with the token sequence.</param>
    /// <param name="options">Truncation and padding; null for <see cref="EncodeOptions.Default"/>.</param>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    public void Encode(ReadOnlySpan<char> text, TokenEncoding result, EncodeOptions? options = null) =>
        EncodeOne(text, default, pair: false, result, options);

    /// <summary>Encodes two texts that belong together into an object of the caller's.</summary>
    /// <param name="first">The first text (the question).</param>
    /// <param name="second">The second text (the context).</param>
    /// <param name="result">Overwritten with the token sequence.</param>
    /// <param name="options">Truncation and padding; null for <see cref="EncodeOptions.Default"/>.</param>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="InvalidInputException">The one text that may be cut is too short for the sequence to fit.</exception>
    public void EncodePair(
        ReadOnlySpan<char> first, ReadOnlySpan<char> second, TokenEncoding result, EncodeOptions? options = null) =>
        EncodeOne(first, second, pair: true, result, options);

    /// <summary>Encodes a text into ids alone, without special tokens: the fastest way.</summary>
    /// <param name="text">The text.</param>
    /// <param name="ids">Filled from the start; what does not fit is cut off.</param>
    /// <returns>The number of ids written.</returns>
    public int EncodeIds(ReadOnlySpan<char> text, Span<int> ids)
    {
        var sink = new SpanIdSink(ids);
        EncoderScratch scratch = RentScratch();
        _encoder.Encode(text, ref sink, scratch);
        ReturnScratch(scratch);
        return sink.Count;
    }

    /// <summary>Encodes a text of any length into ids alone, without special tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="writer">Takes the ids.</param>
    public void EncodeIds(ReadOnlySpan<char> text, IBufferWriter<int> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var sink = new WriterIdSink(writer);
        EncoderScratch scratch = RentScratch();
        _encoder.Encode(text, ref sink, scratch);
        ReturnScratch(scratch);
        sink.Flush();
    }

    private EncoderScratch RentScratch() => _scratch.TryTake(out EncoderScratch? scratch) ? scratch : new EncoderScratch(_model.MaxWord);

    private void ReturnScratch(EncoderScratch scratch)
    {
        scratch.Trim();
        _scratch.Add(scratch);
    }

    private static string NormalizeContent(string content, NormalizerSettings settings)
    {
        var text = new NormalizedText();
        new TextNormalizer().Normalize(content, 0, content.Length, settings, text);
        return new EncoderScratch(1).ToUnits(text).ToString();
    }
}
