namespace ServerlessInference.Tokenizers.Decoding;

/// <summary>Metaspace: turns the visible character back into spaces; in the first token it is dropped if texts start with it.</summary>
internal sealed class MetaspaceDecoder(char replacement, bool prepends) : TokenDecoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            tokens[i] = i == 0 && prepends
                ? tokens[i].Replace(replacement.ToString(), string.Empty, StringComparison.Ordinal)
                : tokens[i].Replace(replacement, ' ');
        }

        return tokens;
    }
}
