namespace ServerlessInference.Tokenizers.Tests;

/// <summary>Small tokenizer files, one of each kind.</summary>
internal static class SmallFiles
{
    internal const string ByteLevelBpe = """
        {
          "version": "1.0", "truncation": null, "padding": null,
          "added_tokens": [{"id": 7, "content": "<s>", "special": true, "normalized": false}],
          "normalizer": {"type": "NFC"},
          "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true},
          "post_processor": {
            "type": "RobertaProcessing", "sep": ["<s>", 7], "cls": ["<s>", 7], "trim_offsets": true, "add_prefix_space": false},
          "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true},
          "model": {
            "type": "BPE", "dropout": null, "unk_token": null, "fuse_unk": false,
            "vocab": {"a": 0, "b": 1, "Ġ": 2, "ab": 3, "Ġab": 4, "Ã": 5, "©": 6},
            "merges": ["a b", "Ġ ab"]
          }
        }
        """;

    internal const string SentencePieceBpe = """
        {
          "version": "1.0", "truncation": null, "padding": null,
          "added_tokens": [{"id": 0, "content": "<unk>", "special": true, "normalized": false}],
          "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
          "pre_tokenizer": null, "post_processor": null,
          "decoder": {"type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
            {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
          "model": {
            "type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
            "vocab": {"<unk>": 0, "▁": 1, "a": 2, "b": 3, "ab": 4, "▁ab": 5, "<0xC3>": 6, "<0xA9>": 7},
            "merges": [["a", "b"], ["▁", "ab"]]
          }
        }
        """;

    internal const string Unigram = """
        {
          "version": "1.0", "truncation": null, "padding": null,
          "added_tokens": [
            {"id": 0, "content": "<unk>", "special": true, "normalized": false},
            {"id": 9, "content": "<mask>", "special": true, "normalized": false, "lstrip": true}],
          "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}]},
          "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
          "post_processor": null,
          "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
          "model": {
            "type": "Unigram", "unk_id": 0,
            "vocab": [["<unk>", 0], ["▁", -2.5], ["a", -3], ["b", -3], ["▁ab", -4], ["ab", -5], ["é", -6]]
          }
        }
        """;

    internal const string WordLevel = """
        {
          "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
          "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "NFD"}, {"type": "StripAccents"}, {"type": "Strip", "strip_left": true, "strip_right": true}]},
          "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "WhitespaceSplit"},
            {"type": "Split", "pattern": {"Regex": "\\d+(?!x)|[[:punct:]]"}, "behavior": "Isolated", "invert": false}]},
          "post_processor": {"type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "[A]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [
              {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[A]", "type_id": 0}},
              {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"[A]": {"id": "[A]", "ids": [4], "tokens": ["[A]"]}}},
          "decoder": null,
          "model": {"type": "WordLevel", "unk_token": "[U]", "vocab": {"[U]": 0, "cafe": 1, "12": 2, "!": 3, "[A]": 4}}
        }
        """;
}
