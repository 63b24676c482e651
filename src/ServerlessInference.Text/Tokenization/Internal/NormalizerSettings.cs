namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>What BERT's normalizer does to the text, already resolved: accents are stripped or not, no longer "as lower-casing".</summary>
internal readonly record struct NormalizerSettings(bool CleanText, bool SpaceIdeographs, bool StripAccents, bool Lowercase);
