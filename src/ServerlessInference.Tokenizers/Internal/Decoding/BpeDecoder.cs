namespace ServerlessInference.Tokenizers.Decoding;

/// <summary>BPEDecoder: turns the suffix of words into spaces.</summary>
internal sealed class BpeDecoder(string suffix) : TokenDecoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count && suffix.Length > 0; i++)
        {
            tokens[i] = tokens[i].Replace(suffix, i == tokens.Count - 1 ? string.Empty : " ", StringComparison.Ordinal);
        }

        return tokens;
    }
}
