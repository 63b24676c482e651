using ServerlessInference.Tokenizers.Unicode;

namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>Strip: removes white space at the start, at the end, or both.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    internal override bool Keeps(ReadOnlySpan<char> text, bool isAscii) =>
        !(left && GeneralCategories.IsWhiteSpace(text[0])) && !(right && GeneralCategories.IsWhiteSpace(text[^1]));

    internal override void Apply(AlignedText source, AlignedText target, NormalizerScratch scratch)
    {
        ReadOnlySpan<char> text = source.Units;
        int start = 0;
        int end = text.Length;
        while (left && start < end && GeneralCategories.IsWhiteSpace(text[start]))
        {
            start++;
        }

        while (right && end > start && GeneralCategories.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        target.Add(source, start, end);
    }
}
