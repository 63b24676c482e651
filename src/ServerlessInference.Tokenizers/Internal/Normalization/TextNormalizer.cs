using ServerlessInference.Tokenizers.Unicode;

namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>BERT's normalization: cleaning, spaces around ideographs, accent stripping (NFD without category Mn), lower case.</summary>
/// <remarks>
/// <para>Each step handles one character at a time, except canonical ordering, which sorts runs of combining characters. Nonspacing marks
/// are removed afterwards, so that the order matters only if a run contains a combining character of another category. Such runs go through
/// <see cref="_run"/>, where a character gets the source range of the position that it moves to, as in Hugging Face's tokenizer
/// (0.23.2).</para>
/// <para>Not thread-safe.</para>
/// </remarks>
internal sealed class TextNormalizer
{
    private readonly CombiningRun _run = new();

    /// <summary>Normalizes <paramref name="text"/> from <paramref name="start"/> to <paramref name="end"/>, appending to
    /// <paramref name="output"/>.</summary>
    internal void Normalize(ReadOnlySpan<char> text, int start, int end, NormalizerSettings settings, NormalizedText output)
    {
        _run.Clear();
        ReadOnlySpan<char> part = text[..end];
        for (int i = start; i < end;)
        {
            int codePoint = CodePoints.Read(part, i, out int units);
            int from = i;
            i += units;
            CodePointFlags flags = CodePoints.Flags(codePoint);
            if (settings.CleanText)
            {
                if ((flags & CodePointFlags.Removed) != 0)
                {
                    continue;
                }

                if ((flags & CodePointFlags.WhiteSpace) != 0)
                {
                    codePoint = ' ';
                    flags = CodePointFlags.WhiteSpace;
                }
            }

            if (settings.SpaceIdeographs && CodePoints.IsIdeograph(codePoint))
            {
                Flush(settings, output);
                output.Add(' ', from, i);
                Convert(codePoint, flags, from, i, settings, output);
                Flush(settings, output);
                output.Add(' ', from, i);
            }
            else
            {
                Convert(codePoint, flags, from, i, settings, output);
            }
        }

        Flush(settings, output);
    }

    private void Convert(int codePoint, CodePointFlags flags, int start, int end, NormalizerSettings settings, NormalizedText output)
    {
        if (!settings.StripAccents)
        {
            Emit(codePoint, start, end, settings.Lowercase, output);
        }
        else if ((flags & CodePointFlags.Decomposes) != 0)
        {
            ReadOnlySpan<ushort> units = CodePoints.Decomposition(codePoint);
            for (int i = 0, part = 0; i < units.Length; part++)
            {
                int one = units[i++];
                if (char.IsHighSurrogate((char)one))
                {
                    one = char.ConvertToUtf32((char)one, (char)units[i++]);
                }

                Part(one, CodePoints.Flags(one), start, end, part == 0, settings, output);
            }
        }
        else if (CodePoints.IsHangul(codePoint))
        {
            Span<int> jamo = stackalloc int[3];
            int count = CodePoints.DecomposeHangul(codePoint, jamo);
            for (int i = 0; i < count; i++)
            {
                Part(jamo[i], CodePointFlags.None, start, end, i == 0, settings, output);
            }
        }
        else
        {
            Part(codePoint, flags, start, end, isFirst: true, settings, output);
        }
    }

    private void Part(
        int codePoint, CodePointFlags flags, int start, int end, bool isFirst, NormalizerSettings settings, NormalizedText output)
    {
        if ((flags & CodePointFlags.NonStarter) != 0)
        {
            _run.Add(codePoint, start, end, isFirst, survives: (flags & CodePointFlags.NonspacingMark) == 0);
            return;
        }

        Flush(settings, output);
        _run.SetStarter(start, end);
        if ((flags & CodePointFlags.NonspacingMark) == 0)
        {
            Emit(codePoint, start, end, settings.Lowercase, output);
        }
    }

    private void Flush(NormalizerSettings settings, NormalizedText output)
    {
        if (_run.IsEmpty)
        {
            return;
        }

        if (_run.HasSurvivors)
        {
            _run.Order();
            for (int i = 0; i < _run.Count; i++)
            {
                if (_run.TryGetSurvivor(i, out int codePoint, out int start, out int end))
                {
                    Emit(codePoint, start, end, settings.Lowercase, output);
                }
            }
        }

        _run.Clear();
    }

    private static void Emit(int codePoint, int start, int end, bool lower, NormalizedText output)
    {
        if (lower)
        {
            output.AddLowered(codePoint, start, end);
        }
        else
        {
            output.Add(codePoint, start, end);
        }
    }
}
