namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>Prepend: puts a text before every text that is not empty. It gets the range of the first character.</summary>
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    internal override bool Keeps(ReadOnlySpan<char> text, bool isAscii) => prefix.Length == 0;

    internal override void Apply(AlignedText source, AlignedText target, NormalizerScratch scratch)
    {
        target.Add(prefix, source.Starts[0], source.Ends[0]);
        target.Add(source, 0, source.Count);
    }
}
