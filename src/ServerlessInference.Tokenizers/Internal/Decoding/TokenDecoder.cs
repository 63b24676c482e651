namespace ServerlessInference.Tokenizers.Decoding;

/// <summary>One step of turning tokens back into text. Immutable and thread-safe.</summary>
internal abstract class TokenDecoder
{
    /// <summary>Changes tokens, which are joined to a text in the end.</summary>
    internal abstract List<string> Decode(List<string> tokens);
}
