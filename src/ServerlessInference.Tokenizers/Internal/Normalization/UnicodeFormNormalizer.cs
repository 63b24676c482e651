using ServerlessInference.Tokenizers.Unicode;

namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>The normalization forms NFC, NFD, NFKC and NFKD, in Unicode 9 as the original has them.</summary>
internal sealed class UnicodeFormNormalizer(bool composes, bool isCompatible) : Normalizer
{
    internal override bool Keeps(ReadOnlySpan<char> text, bool isAscii) => isAscii;

    internal override void Apply(AlignedText source, AlignedText target, NormalizerScratch scratch)
    {
        var writer = new AlignmentWriter(source, target);
        CanonicalRun run = scratch.Run;
        run.Clear();
        scratch.Recomposer.Start();
        ReadOnlySpan<char> text = source.Units;
        for (int i = 0; i < text.Length;)
        {
            int codePoint = CodePoints.Read(text, i, out int units);
            i += units;
            Decompose(codePoint, ref writer, scratch);
        }

        Flush(ref writer, scratch);
        scratch.Recomposer.Flush(ref writer);
    }

    private void Decompose(int codePoint, ref AlignmentWriter writer, NormalizerScratch scratch)
    {
        if (codePoint < 0xA0)
        {
            Push(codePoint, 0, ref writer, scratch);
            return;
        }

        if (CodePoints.IsHangul(codePoint))
        {
            Span<int> jamo = stackalloc int[3];
            int count = CodePoints.DecomposeHangul(codePoint, jamo);
            for (int i = 0; i < count; i++)
            {
                Push(jamo[i], i == 0 ? 0 : 1, ref writer, scratch);
            }

            return;
        }

        ReadOnlySpan<ushort> units = isCompatible ? Composition.Decompose(codePoint) : CodePoints.Decomposition(codePoint);
        if (units.IsEmpty)
        {
            Push(codePoint, 0, ref writer, scratch);
            return;
        }

        for (int i = 0, change = 0; i < units.Length; change = 1)
        {
            int part = units[i++];
            if (char.IsHighSurrogate((char)part))
            {
                part = char.ConvertToUtf32((char)part, (char)units[i++]);
            }

            Push(part, change, ref writer, scratch);
        }
    }

    private void Push(int codePoint, int change, ref AlignmentWriter writer, NormalizerScratch scratch)
    {
        int combiningClass = codePoint < 0x300 || (CodePoints.Flags(codePoint) & CodePointFlags.NonStarter) == 0
            ? 0
            : CodePoints.CombiningClass(codePoint);
        if (combiningClass == 0)
        {
            Flush(ref writer, scratch);
        }

        scratch.Run.Add(codePoint, combiningClass, change);
    }

    private void Flush(ref AlignmentWriter writer, NormalizerScratch scratch)
    {
        foreach (CanonicalRun.Part part in scratch.Run.Order())
        {
            if (composes)
            {
                scratch.Recomposer.Push(part.CodePoint, part.Class, part.Change, ref writer);
            }
            else
            {
                writer.Write(part.CodePoint, part.Change);
            }
        }

        scratch.Run.Clear();
    }
}
