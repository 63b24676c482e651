namespace ServerlessInference.Tokenizers.Decoding;

/// <summary>Fuse: joins all tokens to one.</summary>
internal sealed class FuseDecoder : TokenDecoder
{
    internal override List<string> Decode(List<string> tokens) => [string.Concat(tokens)];
}
