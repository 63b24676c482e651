namespace ServerlessInference.Tokenizers;

/// <summary>Turns the tokens of one or two texts into sequences: special tokens, truncation, windows and padding.</summary>
/// <remarks>The same for all token models. Thread-safe; the working memory is pooled.</remarks>
internal sealed class SequenceAssembler(TokenModel model, WorkspacePool workspaces, SequenceTemplate template, int padTokenId)
{
    internal int CountSpecialTokens(bool isPair) => template.CountSpecialTokens(isPair);

    internal void Encode(ReadOnlySpan<char> first, ReadOnlySpan<char> second, bool isPair, TokenEncoding result, EncodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(result);
        EncodeUnpadded(first, second, isPair, result, options);
        if (options.Padding != PaddingStrategy.None)
        {
            Pad(result, options.GetPaddedLength(result.Count), options);
        }
    }

    internal void EncodeBatch(ReadOnlySpan<TextPair> inputs, TokenBatch batch, EncodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.Clear();
        foreach (TextPair input in inputs)
        {
            ArgumentNullException.ThrowIfNull(input.First);
            EncodeUnpadded(input.First, input.Second, input.Second is not null, batch.Add(), options);
        }

        PadAll(batch, options);
    }

    internal void EncodeWindows(ReadOnlySpan<char> first, ReadOnlySpan<char> second, bool isPair, TokenBatch windows, EncodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(options);
        if (options.MaxLength is null)
        {
            throw new ArgumentException(
                $"{nameof(EncodeOptions.MaxLength)} is not set; windows need it. Set the maximum length of the model.", nameof(options));
        }

        windows.Clear();
        TokenizerWorkspace workspace = workspaces.Rent();
        try
        {
            int room = Tokenize(first, second, isPair, options, forWindows: true, workspace);
            PlanWindows(workspace, isPair, room, options);
            AssembleWindows(windows, workspace, isPair, options.AddSpecialTokens);
        }
        finally
        {
            workspaces.Return(workspace);
        }

        PadAll(windows, options);
    }

    private void EncodeUnpadded(
        ReadOnlySpan<char> first, ReadOnlySpan<char> second, bool isPair, TokenEncoding result, EncodeOptions options)
    {
        TokenizerWorkspace workspace = workspaces.Rent();
        try
        {
            int room = Tokenize(first, second, isPair, options, forWindows: false, workspace);
            int secondLength = isPair ? workspace.Second.Count : -1;
            (int firstCount, int secondCount) = room == int.MaxValue
                ? (workspace.First.Count, secondLength)
                : Truncation.Fit(workspace.First.Count, secondLength, room, options.Truncation);
            bool fromLeft = options.TruncationSide == TextSide.Left;
            Assemble(
                result,
                workspace,
                Truncate(workspace.First.Count, firstCount, fromLeft),
                Truncate(workspace.Second.Count, secondCount, fromLeft),
                isPair,
                options.AddSpecialTokens);
        }
        finally
        {
            workspaces.Return(workspace);
        }
    }

    /// <summary>Tokenizes the texts into the workspace.</summary>
    /// <returns>How many of their tokens fit into a sequence; <see cref="int.MaxValue"/> without truncation.</returns>
    private int Tokenize(
        ReadOnlySpan<char> first,
        ReadOnlySpan<char> second,
        bool isPair,
        EncodeOptions options,
        bool forWindows,
        TokenizerWorkspace workspace)
    {
        int special = options.AddSpecialTokens ? template.CountSpecialTokens(isPair) : 0;
        options.Validate(special);

        // Tokens beyond the maximum length are not needed, unless windows cover them.
        int limit = options.MaxLength is { } max && (!forWindows || options.StopAtMaxLength) ? max : int.MaxValue;
        bool fromLeft = options.TruncationSide == TextSide.Left;
        int firstLimit = options.Truncation == TruncationStrategy.OnlySecond ? int.MaxValue : limit;
        Tokenize(first, workspace.First, firstLimit, fromLeft, workspace);
        workspace.Second.Clear();
        if (isPair)
        {
            Tokenize(second, workspace.Second, limit, fromLeft, workspace);
        }

        return options.MaxLength - special ?? int.MaxValue;
    }

    private void Tokenize(ReadOnlySpan<char> text, TokenSequence tokens, int limit, bool fromLeft, TokenizerWorkspace workspace)
    {
        tokens.Clear();
        model.Tokenize(text, tokens, fromLeft ? int.MaxValue : limit, workspace.Model);
        if (fromLeft && limit != int.MaxValue)
        {
            tokens.KeepEnd(limit);
        }
    }

    private static TextRange Truncate(int count, int keep, bool fromLeft) =>
        keep < 0 ? default
        : fromLeft ? new TextRange(count - Math.Min(count, keep), count)
        : new TextRange(0, Math.Min(count, keep));

    /// <summary>Lists the windows over both texts in the workspace.</summary>
    private static void PlanWindows(TokenizerWorkspace workspace, bool isPair, int room, EncodeOptions options)
    {
        int firstLength = workspace.First.Count;
        (int firstSize, int secondSize) = Truncation.Fit(firstLength, isPair ? workspace.Second.Count : -1, room, options.Truncation);
        int secondLength = isPair ? workspace.Second.Count : 0;
        secondSize = Math.Max(0, secondSize);

        // Counted before they are listed, so that a text that needs too many takes no memory for them.
        long count = Truncation.CountWindows(firstLength, firstSize, options.Stride)
            * Truncation.CountWindows(secondLength, secondSize, options.Stride);
        if (count > options.MaxWindows)
        {
            throw new TextTooLongException(
                TextLimit.MaxWindows,
                $"The text needs {count} windows of {options.MaxLength} tokens; at most {options.MaxWindows} are allowed. " +
                $"Shorten it, set a smaller {nameof(EncodeOptions.Stride)}, or raise {nameof(EncodeOptions.MaxWindows)}.");
        }

        Truncation.ListWindows(firstLength, firstSize, options.Stride, options.TruncationSide, workspace.FirstWindows);
        Truncation.ListWindows(secondLength, secondSize, options.Stride, options.TruncationSide, workspace.SecondWindows);
    }

    /// <summary>Assembles the windows in Hugging Face's order: first what truncation keeps, then each further window of the first text with
    /// each of the second, then what truncation keeps of the first text with the further windows of the second.</summary>
    private void AssembleWindows(TokenBatch windows, TokenizerWorkspace workspace, bool isPair, bool addSpecialTokens)
    {
        List<TextRange> first = workspace.FirstWindows;
        List<TextRange> second = workspace.SecondWindows;
        Assemble(windows.Add(), workspace, first[0], second[0], isPair, addSpecialTokens);
        for (int i = 1; i < first.Count; i++)
        {
            for (int j = 0; j < second.Count; j++)
            {
                Assemble(windows.Add(), workspace, first[i], second[j], isPair, addSpecialTokens, isFirstKept: false, j == 0);
            }
        }

        for (int j = 1; j < second.Count; j++)
        {
            Assemble(windows.Add(), workspace, first[0], second[j], isPair, addSpecialTokens, isSecondKept: false);
        }
    }

    private void Assemble(
        TokenEncoding result,
        TokenizerWorkspace workspace,
        TextRange first,
        TextRange second,
        bool isPair,
        bool addSpecialTokens,
        bool isFirstKept = true,
        bool isSecondKept = true)
    {
        result.Clear();
        result.Reserve(first.Length + second.Length + template.CountSpecialTokens(isPair));
        SequenceTemplate used = addSpecialTokens ? template : template.WithoutSpecialTokens;
        foreach (TemplatePiece piece in used.GetPieces(isPair))
        {
            if (piece.Sequence < 0)
            {
                result.AddSpecialTokens(piece.Ids, piece.TypeId);
                continue;
            }

            TokenSequence tokens = piece.Sequence == 0 ? workspace.First : workspace.Second;
            TextRange range = piece.Sequence == 0 ? first : second;
            bool isKept = piece.Sequence == 0 ? isFirstKept : isSecondKept;
            result.AddTokens(
                tokens.Ids[range.Start..range.End],
                tokens.WordIds[range.Start..range.End],
                tokens.Offsets[range.Start..range.End],
                used.IsForFirstWindow && !isKept ? piece.Sequence : piece.TypeId,
                piece.Sequence);
        }
    }

    private void PadAll(TokenBatch batch, EncodeOptions options)
    {
        if (options.Padding == PaddingStrategy.None)
        {
            return;
        }

        int length = options.GetPaddedLength(batch.MaxLength);
        for (int i = 0; i < batch.Count; i++)
        {
            Pad(batch[i], length, options);
        }
    }

    private void Pad(TokenEncoding encoding, int length, EncodeOptions options) =>
        encoding.Pad(length, options.PadTokenId ?? padTokenId, options.PadTypeId, options.PaddingSide);
}
