using System.Text;

namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>Puts tokenizers together and refuses settings that cannot work.</summary>
internal static class TokenizerAssembly
{
    /// <summary>Makes the model, checking what it is given.</summary>
    internal static WordPieceModel CreateModel(Vocabulary vocabulary, string unknown, string prefix, int maxWord, string file)
    {
        int unknownId = vocabulary.Find(unknown);
        if (unknownId < 0)
        {
            throw new ModelLoadException(
                $"The vocabulary of {file} ({vocabulary.Count} tokens) lacks the unknown token '{unknown}'. " +
                "Use the vocabulary that belongs to the model, or name its unknown token.");
        }

        if (prefix.Length == 0 || prefix[0] > 127 || AsciiKinds.Table[prefix[0]] != AsciiKinds.Punctuation)
        {
            throw new ModelLoadException(
                $"The continuation prefix of {file} is '{prefix}'; it must start with ASCII punctuation, as '##' does.");
        }

        if (maxWord is < 1 or > WordPieceModel.MaxWordLimit)
        {
            throw new ModelLoadException(
                $"The longest word of {file} is {maxWord} characters; 1 to {WordPieceModel.MaxWordLimit} are supported.");
        }

        return new WordPieceModel(vocabulary, unknownId, maxWord);
    }

    /// <summary>Makes the parts of a tokenizer from a vocabulary and settings.</summary>
    internal static TokenizerParts FromVocabulary(byte[] buffer, int length, WordPieceOptions options)
    {
        const string File = "vocab.txt";
        Vocabulary vocabulary = VocabularyText.Read(buffer, length, Encoding.UTF8.GetBytes(options.ContinuationPrefix));
        var added = new List<AddedToken>(options.AddedTokens);
        int classId = Special(options.ClassToken, required: true);
        int separatorId = Special(options.SeparatorToken, required: true);
        int padId = Special(options.PadToken, required: true);
        Special(options.UnknownToken, required: true);
        Special(options.MaskToken, required: false);
        return new TokenizerParts(
            CreateModel(vocabulary, options.UnknownToken, options.ContinuationPrefix, options.MaxCharactersPerWord, File),
            new NormalizerSettings(
                options.CleanText, options.SplitIdeographs, options.StripAccents ?? options.Lowercase, options.Lowercase),
            SequenceTemplate.Bert(classId, separatorId),
            added,
            padId)
        {
            ClassTokenId = classId,
            ModelMaxLength = options.ModelMaxLength,
        };

        int Special(string token, bool required)
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
            else if (required)
            {
                throw new ModelLoadException(
                    $"{File} ({vocabulary.Count} tokens) lacks the special token '{token}'. Use the vocabulary that belongs to the " +
                    "model, or name its special tokens (tokenizer_config.json does).");
            }

            return id;
        }
    }
}
