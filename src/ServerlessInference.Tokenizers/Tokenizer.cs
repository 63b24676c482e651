using System.Buffers;

namespace ServerlessInference.Tokenizers;

/// <summary>A tokenizer: a token model, and around it special tokens, truncation, windows and padding. WordPiece is identical to Hugging
/// Face's Rust tokenizer (0.23.2).</summary>
/// <remarks>
/// <para>Input: UTF-16 text. Output: ids, type ids, masks and offsets into the original text in UTF-16 units. A lone surrogate is treated
/// as U+FFFD, which is what a conversion to UTF-8 makes of it.</para>
/// <para>The Unicode tables are the package's own, so that results depend neither on ICU, on <c>InvariantGlobalization</c>, on the culture
/// nor on the version of .NET. eng/unicode/generate-tables.mjs names the Unicode versions.</para>
/// <para>Thread-safe. Encoding allocates nothing once the caller's objects and the pooled working memory have grown.</para>
/// <para>Source of the algorithm: huggingface/tokenizers at 0.23.2, <c>normalizers/bert.rs</c>, <c>pre_tokenizers/bert.rs</c>,
/// <c>models/wordpiece</c> and <c>utils/truncation.rs</c>, read for behaviour.</para>
/// </remarks>
/// <example>
/// <code>
/// Tokenizer tokenizer = Tokenizer.Load("models/bert-base-uncased");
/// TokenEncoding encoding = tokenizer.Encode("Hello, Zürich!", new EncodeOptions { MaxLength = 128 });
/// foreach (int id in encoding.Ids)
/// {
///     Console.WriteLine($"{id} {tokenizer.GetToken(id)}");
/// }
/// </code>
/// </example>
public sealed class Tokenizer : ITokenizer
{
    private readonly TokenModel _model;
    private readonly WorkspacePool _workspaces;
    private readonly SequenceAssembler _assembler;

    /// <summary>Creates a tokenizer around a token model of your own.</summary>
    /// <param name="model">Splits texts into tokens.</param>
    /// <param name="options">Special tokens and ids; null for none.</param>
    public Tokenizer(ITokenModel model, TokenizerOptions? options = null)
        : this(TokenizerParts.FromOptions(new CustomTokenModel(model), options ?? new TokenizerOptions()))
    {
    }

    internal Tokenizer(TokenizerParts parts)
    {
        _model = parts.Model;
        _workspaces = new WorkspacePool(parts.Model);
        _assembler = new SequenceAssembler(parts.Model, _workspaces, parts.Template, parts.PadTokenId);
        PadTokenId = parts.PadTokenId;
        ClassTokenId = parts.ClassTokenId;
        UnknownTokenId = parts.UnknownTokenId;
        PadTypeId = parts.PadTypeId;
        PaddingSide = parts.PaddingSide;
        TruncationSide = parts.TruncationSide;
        ModelMaxLength = parts.ModelMaxLength;
        SavedOptions = parts.SavedOptions;
    }

    /// <inheritdoc />
    public int VocabularySize => _model.VocabularySize;

    /// <inheritdoc />
    public int? PadTokenId { get; }

    /// <inheritdoc />
    public int PadTypeId { get; }

    /// <inheritdoc />
    public TextSide PaddingSide { get; }

    /// <inheritdoc />
    public TextSide TruncationSide { get; }

    /// <inheritdoc />
    public int? ClassTokenId { get; }

    /// <summary>Gets the id of unknown words; null if there is none.</summary>
    public int? UnknownTokenId { get; }

    /// <inheritdoc />
    public int? ModelMaxLength { get; }

    /// <summary>Gets the truncation and padding that <c>tokenizer.json</c> contains; null if it contains neither.</summary>
    /// <remarks>They are not applied unless you pass them to an encoding method.</remarks>
    public EncodeOptions? SavedOptions { get; }

    /// <summary>Loads the tokenizer of a model from a directory in the layout of Hugging Face.</summary>
    /// <remarks>
    /// <para>Reads <c>tokenizer.json</c>, or the first of these that exists: <c>vocab.txt</c>, a SentencePiece model, <c>vocab.json</c>
    /// with <c>merges.txt</c>. The class of the last two is <c>tokenizer_class</c> in <c>tokenizer_config.json</c>, or follows from
    /// <c>model_type</c> in <c>config.json</c>.</para>
    /// <para>Settings are read from <c>tokenizer_config.json</c>, and from <c>special_tokens_map.json</c> and <c>added_tokens.json</c> if
    /// the settings do not list the added tokens.</para>
    /// </remarks>
    /// <param name="folder">The directory.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="FileNotFoundException">The directory has none of these files.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or needs something that is not supported.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static Tokenizer Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return Load(
            name => File.Exists(Path.Combine(folder, name)) ? File.ReadAllBytes(Path.Combine(folder, name)) : (ReadOnlyMemory<byte>?)null,
            $"'{folder}'");
    }

    /// <summary>Loads the tokenizer of a model from files that are not in a directory, such as those of an archive.</summary>
    /// <param name="readFile">Reads the file of a name such as <c>tokenizer.json</c>; returns null if there is no such file.</param>
    /// <param name="location">Where the files are, for messages.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="FileNotFoundException">None of the files exists.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or needs something that is not supported.</exception>
    public static Tokenizer Load(Func<string, ReadOnlyMemory<byte>?> readFile, string location)
    {
        ArgumentNullException.ThrowIfNull(readFile);
        return new Tokenizer(TokenizerFiles.Read(readFile, location));
    }

    /// <summary>Creates a tokenizer from <c>tokenizer.json</c>.</summary>
    /// <remarks>Truncation and padding in the file become <see cref="SavedOptions"/> and are not applied.</remarks>
    /// <param name="tokenizer">The file in UTF-8.</param>
    /// <param name="tokenizerConfig"><c>tokenizer_config.json</c> in UTF-8; empty if there is none. Its settings of lower case, accents and
    /// ideographs take precedence over those of the tokenizer, as in transformers.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">A file is damaged or needs something that is not supported.</exception>
    public static Tokenizer FromTokenizerJson(ReadOnlySpan<byte> tokenizer, ReadOnlySpan<byte> tokenizerConfig = default) =>
        new(TokenizerJson.Read(tokenizer, TokenizerConfig.Read(tokenizerConfig)));

    /// <summary>Creates a WordPiece tokenizer from <c>vocab.txt</c>: one token per line, whose id is the line number.</summary>
    /// <param name="vocabulary">The file in UTF-8; copied.</param>
    /// <param name="options">What the vocabulary does not contain; null for the settings of <c>bert-base-uncased</c>.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">The vocabulary is empty, is not UTF-8, or lacks a special token.</exception>
    public static Tokenizer FromVocabulary(ReadOnlySpan<byte> vocabulary, WordPieceOptions? options = null) =>
        new(WordPieceFactory.FromVocabulary(vocabulary, options ?? new WordPieceOptions()));

    /// <summary>Creates a WordPiece tokenizer from <c>vocab.txt</c> and <c>tokenizer_config.json</c>.</summary>
    /// <param name="vocabulary">The vocabulary in UTF-8; copied.</param>
    /// <param name="tokenizerConfig">The settings in UTF-8.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">A file is damaged, or the vocabulary lacks a special token.</exception>
    public static Tokenizer FromVocabulary(ReadOnlySpan<byte> vocabulary, ReadOnlySpan<byte> tokenizerConfig) =>
        new(WordPieceFactory.FromVocabulary(vocabulary, TokenizerConfig.Read(tokenizerConfig)));

    /// <inheritdoc />
    public int? GetTokenId(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _model.GetTokenId(token);
    }

    /// <inheritdoc />
    public string? GetToken(int id) => _model.GetToken(id);

    /// <inheritdoc />
    public int CountSpecialTokens(bool isPair) => _assembler.CountSpecialTokens(isPair);

    /// <inheritdoc />
    public void Encode(ReadOnlySpan<char> text, TokenEncoding result, EncodeOptions? options = null) =>
        _assembler.Encode(new TextInput(text), result, options ?? EncodeOptions.Default);

    /// <inheritdoc />
    public void EncodePair(ReadOnlySpan<char> first, ReadOnlySpan<char> second, TokenEncoding result, EncodeOptions? options = null) =>
        _assembler.Encode(new TextInput(first, second), result, options ?? EncodeOptions.Default);

    /// <inheritdoc />
    public void EncodeBatch(ReadOnlySpan<TextPair> inputs, TokenBatch batch, EncodeOptions? options = null) =>
        _assembler.EncodeBatch(inputs, batch, options ?? EncodeOptions.Default);

    /// <inheritdoc />
    public void EncodeWindows(ReadOnlySpan<char> text, TokenBatch windows, EncodeOptions options) =>
        _assembler.EncodeWindows(new TextInput(text), windows, options);

    /// <inheritdoc />
    public void EncodeWindows(ReadOnlySpan<char> first, ReadOnlySpan<char> second, TokenBatch windows, EncodeOptions options) =>
        _assembler.EncodeWindows(new TextInput(first, second), windows, options);

    /// <inheritdoc />
    public int EncodeIds(ReadOnlySpan<char> text, Span<int> ids)
    {
        TokenizerWorkspace workspace = _workspaces.Rent();
        int count = _model.EncodeIds(text, ids, workspace.Model);
        _workspaces.Return(workspace);
        return count;
    }

    /// <summary>Encodes a text of any length into ids only, without special tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="writer">Receives the ids.</param>
    public void EncodeIds(ReadOnlySpan<char> text, IBufferWriter<int> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        TokenizerWorkspace workspace = _workspaces.Rent();
        _model.EncodeIds(text, writer, workspace.Model);
        _workspaces.Return(workspace);
    }

    /// <inheritdoc />
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true) => _model.Decode(ids, skipSpecialTokens);
}
