using System.Text;
using ServerlessInference.Tokenizers.RegularExpressions;

namespace ServerlessInference.Tokenizers.Decoding;

/// <summary>Replace: puts a text in the place of every match of a pattern in each token.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string content) : TokenDecoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        var scratch = new MatchScratch();
        var result = new StringBuilder();
        for (int i = 0; i < tokens.Count; i++)
        {
            string token = tokens[i];
            if (token.Length == 0)
            {
                continue;
            }

            result.Clear();
            int taken = 0;
            var matches = new MatchIterator(pattern, token, scratch);
            while (matches.TryNext(out int start, out int end))
            {
                result.Append(token, taken, start - taken).Append(content);
                taken = end;
            }

            tokens[i] = taken == 0 && result.Length == 0 ? token : result.Append(token, taken, token.Length - taken).ToString();
        }

        return tokens;
    }
}
