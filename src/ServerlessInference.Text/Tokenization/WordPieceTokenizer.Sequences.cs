using ServerlessInference.Text.Tokenization.Internal;

namespace ServerlessInference.Text.Tokenization;

public sealed partial class WordPieceTokenizer
{
    /// <summary>Encodes a long text, or a question with a long context, into windows that each fit the model.</summary>
    /// <param name="first">The text, or the first of two (the question).</param>
    /// <param name="second">The second text (the context).</param>
    /// <param name="windows">Overwritten with the windows; the first is what <see cref="EncodePair(ReadOnlySpan{char}, ReadOnlySpan{char}, TokenEncoding, EncodeOptions?)"/> gives.</param>
    /// <param name="options">Must set <see cref="EncodeOptions.MaxLength"/>; <see cref="EncodeOptions.Stride"/> is the overlap.</param>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="InvalidInputException">One text leaves the other no room to move on, or there are too many windows.</exception>
    public void EncodeWindows(ReadOnlySpan<char> first, ReadOnlySpan<char> second, TokenBatch windows, EncodeOptions options) =>
        EncodeAllWindows(first, second, pair: true, windows, options);

    /// <summary>Encodes a long text into windows that each fit the model.</summary>
    /// <param name="text">The text.</param>
    /// <param name="windows">Overwritten with the windows.</param>
    /// <param name="options">Must set <see cref="EncodeOptions.MaxLength"/>; <see cref="EncodeOptions.Stride"/> is the overlap.</param>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="InvalidInputException">The overlap is not smaller than a window, or there are too many windows.</exception>
    public void EncodeWindows(ReadOnlySpan<char> text, TokenBatch windows, EncodeOptions options) =>
        EncodeAllWindows(text, default, pair: false, windows, options);

    /// <summary>Encodes several inputs, each truncated and all padded as the options say.</summary>
    /// <param name="inputs">Texts or pairs.</param>
    /// <param name="batch">Overwritten with a sequence for each input, in order.</param>
    /// <param name="options">Truncation and padding; null for <see cref="EncodeOptions.Default"/>.</param>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="InvalidInputException">The one text of an input that may be cut is too short for it to fit.</exception>
    public void EncodeBatch(ReadOnlySpan<TextPair> inputs, TokenBatch batch, EncodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        options ??= EncodeOptions.Default;
        batch.Clear();
        foreach (TextPair input in inputs)
        {
            ArgumentNullException.ThrowIfNull(input.First);
            EncodeUnpadded(input.First, input.Second, input.Second is not null, batch.Next(), options);
        }

        PadAll(batch, options);
    }

    private void EncodeOne(ReadOnlySpan<char> first, ReadOnlySpan<char> second, bool pair, TokenEncoding result, EncodeOptions? options)
    {
        ArgumentNullException.ThrowIfNull(result);
        options ??= EncodeOptions.Default;
        EncodeUnpadded(first, second, pair, result, options);
        if (options.Padding != PaddingStrategy.None)
        {
            Pad(result, options.PaddedLength(result.Count), options);
        }
    }

    private void EncodeUnpadded(
        ReadOnlySpan<char> first, ReadOnlySpan<char> second, bool pair, TokenEncoding result, EncodeOptions options)
    {
        EncoderScratch scratch = RentScratch();
        try
        {
            int room = Tokenize(first, second, pair, options, windows: false, scratch);
            (int firstCount, int secondCount) = room == int.MaxValue
                ? (scratch.First.Count, pair ? scratch.Second.Count : -1)
                : Truncation.Fit(scratch.First.Count, pair ? scratch.Second.Count : -1, room, options.Truncation);
            bool left = options.TruncationSide == TextSide.Left;
            Assemble(
                result,
                scratch,
                Cut(scratch.First.Count, firstCount, left),
                Cut(scratch.Second.Count, secondCount, left),
                pair,
                options.AddSpecialTokens);
        }
        finally
        {
            ReturnScratch(scratch);
        }
    }

    private void EncodeAllWindows(
        ReadOnlySpan<char> first, ReadOnlySpan<char> second, bool pair, TokenBatch windows, EncodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(options);
        if (options.MaxLength is null)
        {
            throw new ArgumentException($"{nameof(EncodeOptions.MaxLength)} is not set; windows need it. Set the model's maximum length.", nameof(options));
        }

        windows.Clear();
        EncoderScratch scratch = RentScratch();
        try
        {
            int room = Tokenize(first, second, pair, options, windows: true, scratch);
            int secondLength = pair ? scratch.Second.Count : -1;
            (int firstSize, int secondSize) = Truncation.Fit(scratch.First.Count, secondLength, room, options.Truncation);
            long count = Truncation.CountWindows(scratch.First.Count, firstSize, options.Stride)
                * Truncation.CountWindows(Math.Max(0, secondLength), Math.Max(0, secondSize), options.Stride);
            if (count > options.MaxWindows)
            {
                throw new InvalidInputException(
                    InvalidInputKind.TooLarge,
                    $"The text needs {count} windows of {options.MaxLength} tokens; at most {options.MaxWindows} are allowed. " +
                    $"Shorten it, set a smaller {nameof(EncodeOptions.Stride)}, or raise {nameof(EncodeOptions.MaxWindows)}.");
            }

            Truncation.Windows(scratch.First.Count, firstSize, options.Stride, options.TruncationSide, scratch.FirstWindows);
            Truncation.Windows(
                Math.Max(0, secondLength), Math.Max(0, secondSize), options.Stride, options.TruncationSide, scratch.SecondWindows);

            // The order in which Hugging Face lists them: the kept part, the first text's other windows with each of the second's,
            // then the first text's kept part with the second's other windows.
            Add(0, 0);
            for (int i = 1; i < scratch.FirstWindows.Count; i++)
            {
                for (int j = 0; j < scratch.SecondWindows.Count; j++)
                {
                    Add(i, j);
                }
            }

            for (int j = 1; j < scratch.SecondWindows.Count; j++)
            {
                Add(0, j);
            }
        }
        finally
        {
            ReturnScratch(scratch);
        }

        PadAll(windows, options);

        void Add(int i, int j) => Assemble(
            windows.Next(), scratch, scratch.FirstWindows[i], scratch.SecondWindows[j], pair, options.AddSpecialTokens);
    }

    /// <summary>Tokenizes the texts into the scratch.</summary>
    /// <returns>How many of their tokens fit; <see cref="int.MaxValue"/> without truncation.</returns>
    private int Tokenize(
        ReadOnlySpan<char> first, ReadOnlySpan<char> second, bool pair, EncodeOptions options, bool windows, EncoderScratch scratch)
    {
        int special = options.AddSpecialTokens ? _template.SpecialTokens(pair) : 0;
        options.Validate(special);

        // Tokens past the maximum length are not needed, unless windows go over them.
        int limit = options.MaxLength is { } max && (!windows || options.StopAtMaxLength) ? max : int.MaxValue;
        bool left = options.TruncationSide == TextSide.Left;
        Tokenize(first, scratch.First, options.Truncation == TruncationStrategy.OnlySecond ? int.MaxValue : limit, left, scratch);
        scratch.Second.Clear();
        if (pair)
        {
            Tokenize(second, scratch.Second, limit, left, scratch);
        }

        return options.MaxLength - special ?? int.MaxValue;
    }

    private void Tokenize(ReadOnlySpan<char> text, SequenceTokens tokens, int limit, bool left, EncoderScratch scratch)
    {
        tokens.Clear();
        var sink = new SequenceSink(tokens, left ? int.MaxValue : limit);
        _encoder.Encode(text, ref sink, scratch);
        if (left && limit != int.MaxValue)
        {
            tokens.KeepEnd(limit);
        }
    }

    private static TextRange Cut(int count, int keep, bool left) =>
        keep < 0 ? default : left ? new TextRange(count - Math.Min(count, keep), count) : new TextRange(0, Math.Min(count, keep));

    private void Assemble(
        TokenEncoding result, EncoderScratch scratch, TextRange first, TextRange second, bool pair, bool addSpecialTokens)
    {
        result.Reset(first.Length + second.Length + _template.SpecialTokens(pair));
        foreach (TemplatePiece piece in (addSpecialTokens ? _template : _template.WithoutSpecialTokens).Pieces(pair))
        {
            if (piece.Sequence < 0)
            {
                result.AddSpecial(piece.Ids, piece.TypeId);
                continue;
            }

            SequenceTokens tokens = piece.Sequence == 0 ? scratch.First : scratch.Second;
            TextRange range = piece.Sequence == 0 ? first : second;
            result.AddSequence(
                tokens.Ids[range.Start..range.End],
                tokens.Words[range.Start..range.End],
                tokens.Ranges[range.Start..range.End],
                piece.TypeId,
                piece.Sequence);
        }
    }

    private void PadAll(TokenBatch batch, EncodeOptions options)
    {
        if (options.Padding == PaddingStrategy.None)
        {
            return;
        }

        int length = options.PaddedLength(batch.LongestLength);
        for (int i = 0; i < batch.Count; i++)
        {
            Pad(batch[i], length, options);
        }
    }

    private void Pad(TokenEncoding encoding, int length, EncodeOptions options) =>
        encoding.Pad(length, options.PadTokenId ?? PadTokenId, options.PadTypeId, options.PaddingSide);
}
