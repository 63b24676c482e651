using System.Text.Json;

namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>Small steps of reading JSON forward: no document tree, no reflection.</summary>
internal static class JsonFile
{
    /// <summary>Reads the start of an object.</summary>
    internal static void ExpectObject(ref Utf8JsonReader reader, string what)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException($"{what} is a {reader.TokenType}, expected an object.");
        }
    }

    /// <summary>Moves to the next property's value; false at the object's end.</summary>
    /// <remarks>The property's name is what <paramref name="name"/> then holds.</remarks>
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

    /// <summary>Moves to the next element; false at the array's end.</summary>
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

    /// <summary>Names the file in what went wrong while reading it.</summary>
    internal static ModelLoadException Unreadable(string file, Exception exception) =>
        new($"{file} cannot be read: {exception.Message} Take the file from the model's repository, or export the tokenizer again.", exception);

    /// <summary>Whether an exception says that JSON is malformed or holds another type than expected.</summary>
    internal static bool IsAboutContent(Exception exception) =>
        exception is JsonException or InvalidOperationException or FormatException;
}
