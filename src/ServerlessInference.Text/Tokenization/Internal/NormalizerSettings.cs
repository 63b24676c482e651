namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>What BERT's normalizer does to the text, already resolved: accents are stripped or not, no longer "as lower-casing".</summary>
internal readonly struct NormalizerSettings(bool cleanText, bool spaceIdeographs, bool stripAccents, bool lowercase)
{
    internal readonly bool CleanText = cleanText;
    internal readonly bool SpaceIdeographs = spaceIdeographs;
    internal readonly bool StripAccents = stripAccents;
    internal readonly bool Lowercase = lowercase;
}
