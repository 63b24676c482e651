using System.Text.Json;

namespace ServerlessInference.Tokenizers;

/// <summary>Helpers to read JSON forward-only, without a document tree and without reflection.</summary>
internal static class JsonFile
{
    /// <summary>Checks that the reader is at the start of an object.</summary>
    internal static void ExpectObject(ref Utf8JsonReader reader, string what)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException($"{what} is a {reader.TokenType}, expected an object.");
        }
    }

    /// <summary>Moves to the value of the next property; returns false at the end of the object.</summary>
    internal static bool NextProperty(ref Utf8JsonReader reader, out string name)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            name = string.Empty;
            return false;
        }

        name = reader.GetString()!;
        reader.Read();
        return true;
    }

    /// <summary>Moves to the next element; returns false at the end of the array.</summary>
    internal static bool NextElement(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType != JsonTokenType.EndArray;
    }

    internal static string? StringOrNull(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : reader.GetString();

    internal static bool? BooleanOrNull(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : reader.GetBoolean();

    internal static int? Int32OrNull(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : reader.GetInt32();

    /// <summary>Creates the exception for a file with unusable content.</summary>
    internal static InvalidDataException CreateException(string file, Exception cause) =>
        new($"{file} cannot be read: {cause.Message} Take the file from the model's repository, or export the tokenizer again.", cause);

    /// <summary>Whether an exception reports malformed JSON or a value of an unexpected type.</summary>
    internal static bool IsAboutContent(Exception exception) =>
        exception is JsonException or InvalidOperationException or FormatException;
}
