using System.Text;

namespace ServerlessInference.Tokenizers.Decoding;

/// <summary>Strip: removes a character from the start and the end of each token, so many times at most.</summary>
internal sealed class StripDecoder(Rune content, int start, int stop) : TokenDecoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        string text = content.ToString();
        for (int i = 0; i < tokens.Count; i++)
        {
            ReadOnlySpan<char> token = tokens[i];
            for (int count = 0; count < start && token.StartsWith(text); count++)
            {
                token = token[text.Length..];
            }

            for (int count = 0; count < stop && token.EndsWith(text); count++)
            {
                token = token[..^text.Length];
            }

            tokens[i] = token.ToString();
        }

        return tokens;
    }
}
