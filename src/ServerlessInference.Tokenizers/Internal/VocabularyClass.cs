namespace ServerlessInference.Tokenizers;

/// <summary>Knows which of transformers' classes read a <c>vocab.txt</c> as BERT does.</summary>
/// <remarks>Others have such a file as well, but other special tokens, type ids or ways to split words: MPNet, Funnel, RoFormer, PhoBERT,
/// BERTweet, ESM. Source: <c>convert_slow_tokenizer.py</c> of transformers 4, where these classes share a converter.</remarks>
internal static class VocabularyClass
{
    private static readonly string[] _likeBert =
    [
        "BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer", "ConvBertTokenizer", "SqueezeBertTokenizer",
        "LayoutLMTokenizer", "LayoutLMv2Tokenizer", "LxmertTokenizer", "RealmTokenizer", "RetriBertTokenizer", "VisualBertTokenizer",
        "DPRContextEncoderTokenizer", "DPRQuestionEncoderTokenizer", "DPRReaderTokenizer", "TokenizersBackend",
    ];

    private static readonly string[] _otherTypes =
    [
        "mpnet", "MPNetTokenizer", "funnel", "FunnelTokenizer", "roformer", "RoFormerTokenizer", "esm", "EsmTokenizer", "RobertaTokenizer",
        "PhobertTokenizer", "BertweetTokenizer",
    ];

    /// <summary>Checks that a vocabulary can be read.</summary>
    /// <param name="type">The class that the settings name, or what follows from the model's type; may be empty.</param>
    /// <param name="location">Where the files are, for the message.</param>
    /// <exception cref="InvalidDataException">The class does not tokenize as BERT does.</exception>
    internal static void Check(string type, string location)
    {
        // A type of model that is not known here, without a class, is most likely one of the many descendants of BERT.
        bool isClass = type.EndsWith("Tokenizer", StringComparison.Ordinal);
        if (isClass ? !_likeBert.Contains(type) : _otherTypes.Contains(type))
        {
            throw new InvalidDataException(
                $"The tokenizer of {location} is a '{type}', which does not read vocab.txt as BERT does. Let transformers write its " +
                "tokenizer.json: AutoTokenizer.from_pretrained(\"…\").save_pretrained(\"…\"); or give the pipeline a tokenizer of your " +
                "own (UseTokenizer).");
        }
    }
}
