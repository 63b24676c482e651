using System.Text.Json;

namespace ServerlessInference.Tokenizers;

/// <summary>Reads an added token from <c>tokenizer.json</c> or <c>tokenizer_config.json</c>.</summary>
internal static class AddedTokenJson
{
    /// <summary>Reads a token.</summary>
    /// <param name="reader">At the start of the object; moved to its end.</param>
    /// <param name="id">The id if it is outside the object.</param>
    internal static AddedToken Read(ref Utf8JsonReader reader, int? id)
    {
        string? content = null;
        bool special = false;
        bool normalized = false;
        bool singleWord = false;
        bool left = false;
        bool right = false;
        JsonFile.ExpectObject(ref reader, "An added token");
        while (JsonFile.NextProperty(ref reader, out string name))
        {
            switch (name)
            {
                case "id": id = reader.GetInt32(); break;
                case "content": content = reader.GetString(); break;
                case "special": special = reader.GetBoolean(); break;
                case "normalized": normalized = reader.GetBoolean(); break;
                case "single_word": singleWord = reader.GetBoolean(); break;
                case "lstrip": left = reader.GetBoolean(); break;
                case "rstrip": right = reader.GetBoolean(); break;
                default: reader.Skip(); break;
            }
        }

        if (content is null || id is null or < 0)
        {
            throw new JsonException("An added token lacks its content or its id, or the id is negative.");
        }

        return new AddedToken(id.Value, content)
        {
            IsSpecial = special,
            IsNormalized = normalized,
            IsSingleWord = singleWord,
            StripsLeft = left,
            StripsRight = right,
        };
    }
}
