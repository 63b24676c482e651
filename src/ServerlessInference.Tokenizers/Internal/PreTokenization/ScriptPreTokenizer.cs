using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.RegularExpressions;
using ServerlessInference.Tokenizers.Unicode;

namespace ServerlessInference.Tokenizers.PreTokenization;

/// <summary>UnicodeScripts: splits where the script changes. As in the original, what has no script before the first character that has
/// one is lost.</summary>
internal sealed class ScriptPreTokenizer : PreTokenizer
{
    internal override void Apply(
        TextView text, ReadOnlySpan<UnitRange> pieces, PieceList result, AlignedText target, MatchScratch matches)
    {
        foreach (UnitRange piece in pieces)
        {
            int last = 0;
            int from = -1;
            for (int i = piece.Start; i < piece.End;)
            {
                int script = GetScript(CodePoints.Read(text.Units, i, out int units));
                if (script != 0 && script != last)
                {
                    if (from >= 0)
                    {
                        result.Add(from, i);
                    }

                    from = i;
                    last = script;
                }

                i += units;
            }

            if (from >= 0)
            {
                result.Add(from, piece.End);
            }
        }
    }

    private static int GetScript(int codePoint)
    {
        int block = ScriptRunTable.First[Math.Min(codePoint >> 7, ScriptRunTable.First.Length - 1)];
        return ScriptRunTable.Second[(block << 7) | (codePoint & 127)];
    }
}
