namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>What BERT's normalizer does.</summary>
/// <remarks>Defaults are resolved: whether accents are stripped no longer depends on another setting.</remarks>
internal readonly struct NormalizerSettings(bool cleanText, bool spaceIdeographs, bool stripAccents, bool lowercase)
{
    internal readonly bool CleanText = cleanText;
    internal readonly bool SpaceIdeographs = spaceIdeographs;
    internal readonly bool StripAccents = stripAccents;
    internal readonly bool Lowercase = lowercase;
}
