namespace ServerlessInference.Tokenizers;

/// <summary>Turns the tokens of one or two texts into sequences: special tokens, truncation, windows and padding.</summary>
/// <remarks>The same for all token models. Thread-safe; the working memory is pooled.</remarks>
internal sealed class SequenceAssembler(TokenModel model, WorkspacePool workspaces, SequenceTemplate template, int? padTokenId)
{
    internal int CountSpecialTokens(bool isPair) => template.CountSpecialTokens(isPair);

    internal void Encode(TextInput input, TokenEncoding result, EncodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(result);
        EncodeUnpadded(input, result, options);
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
            TextInput texts = input.Second is null ? new TextInput(input.First) : new TextInput(input.First, input.Second);
            EncodeUnpadded(texts, batch.Add(), options);
        }

        PadAll(batch, options);
    }

    internal void EncodeWindows(TextInput input, TokenBatch windows, EncodeOptions options)
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
            int room = Tokenize(input, options, forWindows: true, workspace);
            PlanWindows(workspace, input.IsPair, room, options);
            AssembleWindows(input, windows, workspace, options.AddSpecialTokens);
        }
        finally
        {
            workspaces.Return(workspace);
        }

        PadAll(windows, options);
    }

    private void EncodeUnpadded(TextInput input, TokenEncoding result, EncodeOptions options)
    {
        TokenizerWorkspace workspace = workspaces.Rent();
        try
        {
            int room = Tokenize(input, options, forWindows: false, workspace);
            int secondLength = input.IsPair ? workspace.Second.Count : -1;
            (int firstCount, int secondCount) = room == int.MaxValue
                ? (workspace.First.Count, secondLength)
                : Truncation.Fit(workspace.First.Count, secondLength, room, options.Truncation);
            bool fromLeft = options.TruncationSide == TextSide.Left;
            Assemble(
                input,
                result,
                workspace,
                Truncate(workspace.First.Count, firstCount, fromLeft),
                Truncate(workspace.Second.Count, secondCount, fromLeft),
                options.AddSpecialTokens);
        }
        finally
        {
            workspaces.Return(workspace);
        }
    }

    /// <summary>Tokenizes the texts into the workspace.</summary>
    /// <returns>How many of their tokens fit into a sequence; <see cref="int.MaxValue"/> without truncation.</returns>
    private int Tokenize(TextInput input, EncodeOptions options, bool forWindows, TokenizerWorkspace workspace)
    {
        int special = options.AddSpecialTokens ? template.CountSpecialTokens(input.IsPair) : 0;
        options.Validate(special);

        // Tokens beyond the maximum length are not needed, unless windows cover them.
        int limit = options.MaxLength is { } max && (!forWindows || options.StopAtMaxLength) ? max : int.MaxValue;
        bool fromLeft = options.TruncationSide == TextSide.Left;
        int firstLimit = options.Truncation == TruncationStrategy.OnlySecond ? int.MaxValue : limit;
        Tokenize(input.First, workspace.First, firstLimit, fromLeft, workspace);
        workspace.Second.Clear();
        if (input.IsPair)
        {
            Tokenize(input.Second, workspace.Second, limit, fromLeft, workspace);
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
    private void AssembleWindows(TextInput input, TokenBatch windows, TokenizerWorkspace workspace, bool addSpecialTokens)
    {
        List<TextRange> first = workspace.FirstWindows;
        List<TextRange> second = workspace.SecondWindows;
        Assemble(input, windows.Add(), workspace, first[0], second[0], addSpecialTokens);
        for (int i = 1; i < first.Count; i++)
        {
            for (int j = 0; j < second.Count; j++)
            {
                Assemble(input, windows.Add(), workspace, first[i], second[j], addSpecialTokens, isFirstKept: false, j == 0);
            }
        }

        for (int j = 1; j < second.Count; j++)
        {
            Assemble(input, windows.Add(), workspace, first[0], second[j], addSpecialTokens, isSecondKept: false);
        }
    }

    private void Assemble(
        TextInput input,
        TokenEncoding result,
        TokenizerWorkspace workspace,
        TextRange first,
        TextRange second,
        bool addSpecialTokens,
        bool isFirstKept = true,
        bool isSecondKept = true)
    {
        result.Clear();
        result.Reserve(first.Length + second.Length + template.CountSpecialTokens(input.IsPair));
        SequenceTemplate used = addSpecialTokens ? template : template.WithoutSpecialTokens;
        foreach (TemplatePiece piece in used.GetPieces(input.IsPair))
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

            // Per window, because what is trimmed depends on whether a token is the first of its window.
            ReadOnlySpan<char> text = piece.Sequence == 0 ? input.First : input.Second;
            model.TrimOffsets(text, tokens.Ids[range.Start..range.End], result.GetLastOffsets(range.Length));
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

    private void Pad(TokenEncoding encoding, int length, EncodeOptions options)
    {
        int id = options.PadTokenId ?? padTokenId ?? throw new ArgumentException(
            $"The tokenizer has no padding token. Set {nameof(EncodeOptions)}.{nameof(EncodeOptions.PadTokenId)}.");
        encoding.Pad(length, id, options.PadTypeId, options.PaddingSide);
    }
}
