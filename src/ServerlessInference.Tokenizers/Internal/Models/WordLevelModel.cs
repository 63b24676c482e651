using ServerlessInference.Tokenizers.Vocabularies;

namespace ServerlessInference.Tokenizers.Models;

/// <summary>WordLevel: each word is a token, or unknown.</summary>
internal sealed class WordLevelModel(Vocabulary vocabulary, int unknownId) : WordModel(vocabulary)
{
    internal override int? UnknownId => unknownId;

    internal override void Tokenize(ReadOnlySpan<char> word, WordTokens tokens, ModelScratch scratch)
    {
        WordBytes bytes = scratch.Word;
        bytes.Set(word);
        int id = Vocabulary.Find(ref bytes.At(0), bytes.Length, continuation: false);
        tokens.Add(id < 0 ? unknownId : id, 0, word.Length);
    }
}
