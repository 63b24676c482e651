using System.Text;
using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.Vocabularies;

namespace ServerlessInference.Tokenizers;

/// <summary>Creates WordPiece tokenizers and rejects settings that cannot work.</summary>
internal static class WordPieceFactory
{
    /// <summary>Creates the parts of a tokenizer from <c>vocab.txt</c> and the files next to it.</summary>
    /// <exception cref="InvalidDataException">The vocabulary is empty, is not UTF-8, or lacks a special token.</exception>
    internal static TokenizerParts FromVocabulary(ReadOnlySpan<byte> file, TokenizerConfig config)
    {
        TokenizerParts parts = FromVocabulary(file, config.ToWordPieceOptions());
        parts.PadTypeId = config.PadTypeId ?? 0;
        parts.PaddingSide = config.PaddingSide ?? TextSide.Right;
        parts.TruncationSide = config.TruncationSide ?? TextSide.Right;
        return parts;
    }

    /// <summary>Creates the parts of a tokenizer from <c>vocab.txt</c> and settings.</summary>
    /// <exception cref="InvalidDataException">The vocabulary is empty, is not UTF-8, or lacks a special token.</exception>
    internal static TokenizerParts FromVocabulary(ReadOnlySpan<byte> file, WordPieceOptions options)
    {
        const string FileName = "vocab.txt";
        byte[] buffer = new byte[file.Length + Vocabulary.Padding];
        file.CopyTo(buffer);
        Vocabulary vocabulary = VocabularyText.Read(buffer, file.Length, Encoding.UTF8.GetBytes(options.ContinuationPrefix));
        var added = new List<AddedToken>(options.AddedTokens);
        int classId = AddSpecial(options.ClassToken, isRequired: true);
        int separatorId = AddSpecial(options.SeparatorToken, isRequired: true);
        int padId = AddSpecial(options.PadToken, isRequired: true);
        AddSpecial(options.UnknownToken, isRequired: true);
        AddSpecial(options.MaskToken, isRequired: false);
        WordPieceSplitter splitter = CreateSplitter(
            vocabulary, options.UnknownToken, options.ContinuationPrefix, options.MaxCharactersPerWord, FileName);
        var normalizer = new NormalizerSettings(
            options.CleanText, options.SplitIdeographs, options.StripAccents ?? options.Lowercase, options.Lowercase);
        return new TokenizerParts(
            new WordPieceModel(splitter, normalizer, added, cleansDecoded: true), SequenceTemplate.CreateBert(classId, separatorId), padId)
        {
            ClassTokenId = classId,
            UnknownTokenId = splitter.UnknownId,
            ModelMaxLength = options.ModelMaxLength,
        };

        int AddSpecial(string token, bool isRequired)
        {
            foreach (AddedToken known in added)
            {
                if (known.Content == token)
                {
                    return known.Id;
                }
            }

            int id = vocabulary.Find(token);
            if (id >= 0)
            {
                added.Add(new AddedToken(id, token) { IsSpecial = true });
            }
            else if (isRequired)
            {
                throw new InvalidDataException(
                    $"{FileName} ({vocabulary.Count} tokens) lacks the special token '{token}'. Use the vocabulary that belongs to the " +
                    "model, or name its special tokens (tokenizer_config.json does).");
            }

            return id;
        }
    }

    /// <summary>Creates the part that splits words, and checks what it is given.</summary>
    /// <exception cref="InvalidDataException">The unknown token is missing, or a setting is out of range.</exception>
    internal static WordPieceSplitter CreateSplitter(Vocabulary vocabulary, string unknown, string prefix, int maxWordLength, string file)
    {
        int unknownId = vocabulary.Find(unknown);
        if (unknownId < 0)
        {
            throw new InvalidDataException(
                $"The vocabulary of {file} ({vocabulary.Count} tokens) lacks the unknown token '{unknown}'. " +
                "Use the vocabulary that belongs to the model, or name its unknown token.");
        }

        if (!IsPunctuation(prefix))
        {
            throw new InvalidDataException(
                $"The continuation prefix of {file} is '{prefix}'; it must start with ASCII punctuation, as '##' does.");
        }

        if (maxWordLength is < 1 or > WordPieceSplitter.MaxSupportedWordLength)
        {
            throw new InvalidDataException(
                $"The maximum word length of {file} is {maxWordLength} characters; " +
                $"1 to {WordPieceSplitter.MaxSupportedWordLength} are supported.");
        }

        return new WordPieceSplitter(vocabulary, unknownId, maxWordLength);
    }

    /// <summary>Whether BERT's encoder can use a prefix of continuations and a limit of the length of words.</summary>
    internal static bool FitsBertEncoder(string prefix, int maxWordLength) =>
        IsPunctuation(prefix) && maxWordLength is >= 1 and <= WordPieceSplitter.MaxSupportedWordLength;

    private static bool IsPunctuation(string prefix) =>
        prefix.Length > 0 && prefix[0] <= 127 && AsciiKinds.Table[prefix[0]] == AsciiKinds.Punctuation;
}
