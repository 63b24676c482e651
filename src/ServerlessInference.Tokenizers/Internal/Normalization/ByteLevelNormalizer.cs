namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>ByteLevel: replaces each byte of the text in UTF-8 with the character that stands for it.</summary>
internal sealed class ByteLevelNormalizer : Normalizer
{
    internal override void Apply(AlignedText source, AlignedText target, NormalizerScratch scratch) =>
        ByteAlphabet.Convert(new TextView(source), 0, source.Count, target);
}
