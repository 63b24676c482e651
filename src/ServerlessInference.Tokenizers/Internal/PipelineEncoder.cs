using System.Text;
using ServerlessInference.Tokenizers.Models;
using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.PreTokenization;

namespace ServerlessInference.Tokenizers;

/// <summary>Turns one text into tokens by the steps of <c>tokenizer.json</c>: added tokens, normalization, splitting into words, and the
/// model.</summary>
/// <remarks>Immutable and thread-safe. The workspace belongs to the caller.</remarks>
internal sealed class PipelineEncoder(Normalizer[] normalizers, PreTokenizer[] preTokenizers, WordModel model)
{
    internal AddedTokenMatcher? Raw { get; set; }

    internal AddedTokenMatcher? Normalized { get; set; }

    internal WordModel Model => model;

    /// <summary>Encodes a text.</summary>
    internal void Encode<TSink>(ReadOnlySpan<char> text, ref TSink sink, PipelineWorkspace workspace)
        where TSink : struct, ITokenSink, allows ref struct
    {
        int word = 0;
        int taken = 0;
        if (Raw is not null)
        {
            int position = 0;
            while (Raw.TryFind(text, ref position, taken, out AddedTokenMatch match))
            {
                if (taken < match.Start && !EncodePart(text, taken, match.Start, ref word, ref sink, workspace))
                {
                    return;
                }

                sink.AddMatch(match, word++);
                taken = match.End;
            }
        }

        if (taken < text.Length)
        {
            EncodePart(text, taken, text.Length, ref word, ref sink, workspace);
        }
    }

    /// <summary>Normalizes a text, for added tokens that are searched for in normalized text.</summary>
    internal string Normalize(string text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        var workspace = new PipelineWorkspace();
        return Normalize(text, 0, workspace).Units.ToString();
    }

    private TextView Normalize(ReadOnlySpan<char> text, int origin, PipelineWorkspace workspace)
    {
        bool isAscii = Ascii.IsValid(text);
        bool isCopied = false;
        if (!isAscii && HasLoneSurrogate(text))
        {
            workspace.Text.SetOriginal(text, origin);
            isCopied = true;
        }

        foreach (Normalizer normalizer in normalizers)
        {
            ReadOnlySpan<char> current = isCopied ? workspace.Text.Units : text;
            if (current.IsEmpty)
            {
                break;
            }

            if (normalizer.Keeps(current, isAscii))
            {
                continue;
            }

            if (!isCopied)
            {
                workspace.Text.SetOriginal(text, origin);
                isCopied = true;
            }

            normalizer.Apply(workspace.Text, workspace.NextText, workspace.Normalizer);
            workspace.AdvanceText();
            isAscii = Ascii.IsValid(workspace.Text.Units);
        }

        return isCopied ? new TextView(workspace.Text) : new TextView(text, origin);
    }

    private static bool HasLoneSurrogate(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
            {
                return true;
            }

            i++;
        }

        return false;
    }

    private bool EncodePart<TSink>(
        ReadOnlySpan<char> text, int start, int end, ref int word, ref TSink sink, PipelineWorkspace workspace)
        where TSink : struct, ITokenSink, allows ref struct
    {
        TextView view = Normalize(text[start..end], start, workspace);
        int taken = 0;
        int length = view.Units.Length;
        if (Normalized is not null)
        {
            int position = 0;
            while (Normalized.TryFind(view.Units, ref position, taken, out AddedTokenMatch match))
            {
                if (taken < match.Start && !EncodePiece(view, taken, match.Start, ref word, ref sink, workspace))
                {
                    return false;
                }

                var found = new AddedTokenMatch(match.Id, view.GetStart(match.Start), view.GetEnd(match.End - 1));
                sink.AddMatch(found, word++);
                taken = match.End;
            }
        }

        return taken >= length || EncodePiece(view, taken, length, ref word, ref sink, workspace);
    }

    /// <summary>Encodes normalized text between added tokens.</summary>
    /// <returns>Whether the sink accepts more.</returns>
    private bool EncodePiece<TSink>(TextView view, int start, int end, ref int word, ref TSink sink, PipelineWorkspace workspace)
        where TSink : struct, ITokenSink, allows ref struct
    {
        Split(ref view, start, end, preTokenizers, workspace);
        foreach (UnitRange piece in workspace.Pieces.Pieces)
        {
            for (int partStart = piece.Start; partStart < piece.End;)
            {
                int partEnd = piece.Start + model.FindPartEnd(view.Units[piece.Start..piece.End], partStart - piece.Start);
                EncodeWord(view, new UnitRange(partStart, partEnd), word, ref sink, workspace);
                partStart = partEnd;
            }

            word++;
            if (sink.IsFull)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Splits a part of a text into the pieces of the workspace.</summary>
    /// <param name="view">The text; replaced by the text to which the pieces refer.</param>
    /// <param name="start">Where the part starts.</param>
    /// <param name="end">Where it ends, exclusive.</param>
    /// <param name="steps">How it is split.</param>
    /// <param name="workspace">Receives the pieces.</param>
    internal static void Split(ref TextView view, int start, int end, PreTokenizer[] steps, PipelineWorkspace workspace)
    {
        if (steps.Length == 0)
        {
            workspace.Pieces.SetWhole(start, end);
            return;
        }

        workspace.Pieces.Clear();
        workspace.Pieces.Add(start, end);
        foreach (PreTokenizer step in steps)
        {
            AlignedText target = workspace.NextSplit;
            step.Apply(view, workspace.Pieces.Pieces, workspace.NextPieces, target, workspace.Normalizer.Matches);
            workspace.AdvancePieces();
            if (step.ChangesText)
            {
                workspace.AdvanceSplit();
                view = new TextView(workspace.Split);
            }
        }
    }

    private void EncodeWord<TSink>(TextView view, UnitRange piece, int word, ref TSink sink, PipelineWorkspace workspace)
        where TSink : struct, ITokenSink, allows ref struct
    {
        ReadOnlySpan<char> units = view.Units[piece.Start..piece.End];
        WordTokens tokens = workspace.Tokens;
        if (units.Length <= WordCache.MaxWordLength)
        {
            WordCache cache = workspace.Cache;
            if (!cache.TryFind(units, out uint hash, out ReadOnlySpan<int> ids, out ReadOnlySpan<uint> ranges))
            {
                tokens.Clear();
                model.Tokenize(units, tokens, workspace.Model);
                cache.Add(units, hash, tokens);
                Emit(view, piece.Start, tokens, word, ref sink);
                return;
            }

            for (int i = 0; i < ids.Length; i++)
            {
                Emit(view, piece.Start, ids[i], (int)(ranges[i] >> 16), (int)(ranges[i] & 0xFFFF), word, ref sink);
            }

            return;
        }

        tokens.Clear();
        model.Tokenize(units, tokens, workspace.Model);
        Emit(view, piece.Start, tokens, word, ref sink);
    }

    private static void Emit<TSink>(TextView view, int offset, WordTokens tokens, int word, ref TSink sink)
        where TSink : struct, ITokenSink, allows ref struct
    {
        ReadOnlySpan<UnitRange> ranges = tokens.Ranges;
        for (int i = 0; i < ranges.Length; i++)
        {
            Emit(view, offset, tokens.Ids[i], ranges[i].Start, ranges[i].End, word, ref sink);
        }
    }

    private static void Emit<TSink>(TextView view, int offset, int id, int start, int end, int word, ref TSink sink)
        where TSink : struct, ITokenSink, allows ref struct
    {
        if (start < end)
        {
            sink.Add(id, view.GetStart(offset + start), view.GetEnd(offset + end - 1), word);
        }
        else
        {
            int at = view.Units.Length == 0 ? 0 : view.GetStart(Math.Min(offset + start, view.Units.Length - 1));
            sink.Add(id, at, at, word);
        }
    }
}
