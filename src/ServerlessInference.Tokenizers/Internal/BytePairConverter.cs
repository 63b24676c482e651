namespace ServerlessInference.Tokenizers;

/// <summary>Makes of <c>vocab.json</c> and <c>merges.txt</c> what transformers' converter of the tokenizer's class makes of them.</summary>
/// <remarks>Source: <c>convert_slow_tokenizer.py</c> of huggingface/transformers 4.57, and the defaults of the classes.</remarks>
internal static class BytePairConverter
{
    private const string ClipExpression = @"'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

    private const string QwenExpression =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    /// <summary>Gets the classes that are supported, for messages.</summary>
    internal const string Classes =
        "GPT2Tokenizer, RobertaTokenizer, BartTokenizer, LongformerTokenizer, DebertaTokenizer, CLIPTokenizer and Qwen2Tokenizer";

    internal static bool IsSupported(string name) => name is
        "GPT2Tokenizer" or "RobertaTokenizer" or "BartTokenizer" or "LongformerTokenizer" or "DebertaTokenizer" or "CLIPTokenizer"
        or "Qwen2Tokenizer";

    /// <summary>Converts the files.</summary>
    /// <param name="vocabulary">The content of <c>vocab.json</c>.</param>
    /// <param name="merges">The content of <c>merges.txt</c>.</param>
    /// <param name="name">The class, one of those that <see cref="IsSupported"/> accepts.</param>
    /// <param name="config">The settings; completed with the defaults of the class.</param>
    internal static ConvertedTokenizer Convert(
        ReadOnlySpan<byte> vocabulary, ReadOnlySpan<byte> merges, string name, TokenizerConfig config)
    {
        SetDefaults(name, config);
        SpecialTokens special = config.SpecialTokens;
        bool isClip = name == "CLIPTokenizer";
        var model = new ModelJson();
        model.ReadFiles(vocabulary, merges, isClip ? special.Find("unk_token") : null, isClip ? "</w>" : string.Empty);
        var converted = new ConvertedTokenizer { FileName = "vocab.json", Model = model };
        bool addsSpace = config.GetSwitch("add_prefix_space", false);
        converted.PreTokenizer = CreateByteLevel(addsSpace, usesExpression: true);
        converted.Decoder = CreateByteLevel(addsSpace: true, usesExpression: true);
        switch (name)
        {
            case "CLIPTokenizer":
                converted.Normalizer = """
                    {"type": "Sequence", "normalizers": [
                      {"type": "NFC"}, {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "}, {"type": "Lowercase"}]}
                    """;
                converted.PreTokenizer = Sequence(
                    Split(ClipExpression, "Removed", inverts: true), CreateByteLevel(addsSpace: false, usesExpression: true));
                converted.Template = ConvertedTemplate.CreateRoberta(Require(special, "bos_token"), Require(special, "eos_token"));
                break;
            case "Qwen2Tokenizer":
                converted.Normalizer = """{"type": "NFC"}""";
                converted.PreTokenizer = Sequence(
                    Split(QwenExpression, "Isolated", inverts: false), CreateByteLevel(addsSpace, usesExpression: false));
                break;
            case "DebertaTokenizer":
                converted.Template = new ConvertedTemplate("[CLS]:0 $A:0 [SEP]:0", "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1");
                break;
            case "GPT2Tokenizer":
                if (config.GetSwitch("add_bos_token", false))
                {
                    string begin = Require(special, "bos_token");
                    converted.Template = new ConvertedTemplate($"{begin}:0 $A:0", $"{begin}:0 $A:0 $B:1");
                }

                break;
            default:
                converted.Template = ConvertedTemplate.CreateRoberta(Require(special, "cls_token"), Require(special, "sep_token"));
                converted.Trimming = new OffsetTrimming(addsSpace);
                break;
        }

        return converted;
    }

    private static string Require(SpecialTokens special, string role) => special.Find(role)
        ?? throw new System.Text.Json.JsonException($"The settings say that there is no {role}, which the tokenizer's class needs.");

    private static string CreateByteLevel(bool addsSpace, bool usesExpression) => $$"""
        {"type": "ByteLevel", "add_prefix_space": {{Boolean(addsSpace)}}, "trim_offsets": true, "use_regex": {{Boolean(usesExpression)}}}
        """;

    private static string Split(string expression, string behavior, bool inverts) => $$"""
        {"type": "Split", "pattern": {"Regex": "{{expression}}"}, "behavior": "{{behavior}}", "invert": {{Boolean(inverts)}}}
        """;

    private static string Sequence(string first, string second) =>
        $$"""{"type": "Sequence", "pretokenizers": [{{first}}, {{second}}]}""";

    private static string Boolean(bool value) => value ? "true" : "false";

    private static void SetDefaults(string name, TokenizerConfig config)
    {
        const string EndOfText = "<|endoftext|>";
        SpecialTokens special = config.SpecialTokens;
        switch (name)
        {
            case "GPT2Tokenizer":
                special.SetDefault("bos_token", EndOfText);
                special.SetDefault("eos_token", EndOfText);
                special.SetDefault("unk_token", EndOfText);
                break;
            case "Qwen2Tokenizer":
                special.SetDefault("eos_token", EndOfText);
                special.SetDefault("unk_token", EndOfText);
                special.SetDefault("pad_token", EndOfText);
                break;
            case "CLIPTokenizer":
                special.SetDefault("bos_token", "<|startoftext|>");
                special.SetDefault("eos_token", EndOfText);
                special.SetDefault("unk_token", EndOfText);
                special.SetDefault("pad_token", EndOfText);
                break;
            case "DebertaTokenizer":
                special.SetDefault("bos_token", "[CLS]");
                special.SetDefault("eos_token", "[SEP]");
                special.SetDefault("unk_token", "[UNK]");
                special.SetDefault("sep_token", "[SEP]");
                special.SetDefault("pad_token", "[PAD]");
                special.SetDefault("cls_token", "[CLS]");
                special.SetDefault("mask_token", "[MASK]", stripsLeft: true);
                break;
            default:
                special.SetDefault("bos_token", "<s>");
                special.SetDefault("eos_token", "</s>");
                special.SetDefault("unk_token", "<unk>");
                special.SetDefault("sep_token", "</s>");
                special.SetDefault("pad_token", "<pad>");
                special.SetDefault("cls_token", "<s>");
                special.SetDefault("mask_token", "<mask>", stripsLeft: true);
                break;
        }
    }
}
