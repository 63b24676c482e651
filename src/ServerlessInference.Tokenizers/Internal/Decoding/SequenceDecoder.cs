namespace ServerlessInference.Tokenizers.Decoding;

/// <summary>Sequence: several steps, one after the other.</summary>
internal sealed class SequenceDecoder(TokenDecoder[] steps) : TokenDecoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        foreach (TokenDecoder step in steps)
        {
            tokens = step.Decode(tokens);
        }

        return tokens;
    }
}
