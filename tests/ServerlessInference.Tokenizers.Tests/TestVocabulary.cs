using System.Text;

namespace ServerlessInference.Tokenizers.Tests;

/// <summary>A small vocabulary of our own: special tokens, some words and pieces, and single letters.</summary>
internal static class TestVocabulary
{
    internal const string Special = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";

    internal static byte[] Bytes { get; } = Encoding.UTF8.GetBytes(
        Special +
        "the\nquick\nfox\nun\n##aff\n##able\ncafe\nanswer\nis\nwhere\nlong\nword\n中\n文\nstrasse\n##s\ninternationalization\n" +
        "##alizationalizationx\n!\n,\n.\n?\n'\n#\n" +
        string.Join('\n', Enumerable.Range('a', 26).SelectMany(static c => new[] { $"{(char)c}", $"##{(char)c}" })) +
        "\né\n##é\nᄒ\n##ᅡ\n##ᆫ\nI\nThe\n");

    internal static Tokenizer Uncased(params AddedToken[] added) =>
        Tokenizer.FromVocabulary(Bytes, new WordPieceOptions { AddedTokens = added });

    internal static string[] Tokens(Tokenizer tokenizer, TokenEncoding encoding) =>
        [.. encoding.Ids.ToArray().Select(id => tokenizer.GetToken(id)!)];

    internal static string[] Tokens(Tokenizer tokenizer, string text, EncodeOptions? options = null) =>
        Tokens(tokenizer, tokenizer.Encode(text, options ?? new EncodeOptions { AddSpecialTokens = false }));
}
