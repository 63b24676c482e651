using System.Text.Json;
using ServerlessInference.Tokenizers.Decoding;
using ServerlessInference.Tokenizers.PreTokenization;

namespace ServerlessInference.Tokenizers;

/// <summary>Creates the decoder of the section <c>decoder</c> of <c>tokenizer.json</c>.</summary>
internal static class DecoderJson
{
    /// <summary>Creates a decoder.</summary>
    /// <exception cref="JsonException">The decoder is not known, or is incomplete.</exception>
    /// <exception cref="FormatException">A regular expression is not valid.</exception>
    internal static TokenDecoder Create(JsonElement part)
    {
        string kind = ComponentJson.GetKind(part, "decoder");
        switch (kind)
        {
            case "Sequence":
                var steps = new List<TokenDecoder>();
                foreach (JsonElement step in ComponentJson.Require(part, "decoders").EnumerateArray())
                {
                    steps.Add(Create(step));
                }

                return new SequenceDecoder([.. steps]);
            case "ByteLevel":
                return new ByteLevelDecoder();
            case "WordPiece":
                return new WordPieceDecoder(
                    ComponentJson.GetString(part, "prefix"), ComponentJson.GetBoolean(part, "cleanup", defaultValue: true));
            case "Metaspace":
                return new MetaspaceDecoder(
                    PreTokenizerJson.GetReplacement(part), PreTokenizerJson.GetScheme(part) != PrependScheme.Never);
            case "BPEDecoder":
                return new BpeDecoder(ComponentJson.GetString(part, "suffix"));
            case "ByteFallback":
                return new ByteFallbackDecoder();
            case "Fuse":
                return new FuseDecoder();
            case "Strip":
                return new StripDecoder(
                    ComponentJson.GetCharacter(part, "content"),
                    ComponentJson.Require(part, "start").GetInt32(),
                    ComponentJson.Require(part, "stop").GetInt32());
            case "Replace":
                return new ReplaceDecoder(ComponentJson.GetPattern(part), ComponentJson.GetString(part, "content"));
            case "CTC":
                return new CtcDecoder(
                    ComponentJson.GetString(part, "pad_token"),
                    ComponentJson.GetString(part, "word_delimiter_token"),
                    ComponentJson.GetBoolean(part, "cleanup", defaultValue: true));
            default:
                throw new JsonException($"The decoder is '{kind}', which is not known.");
        }
    }
}
