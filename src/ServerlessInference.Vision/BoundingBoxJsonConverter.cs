using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessInference.Vision;

/// <summary>Converts a <see cref="BoundingBox"/> to and from the JSON array <c>[left, top, right, bottom]</c>.</summary>
/// <remarks>Thread-safe. Does not use reflection.</remarks>
public sealed class BoundingBoxJsonConverter : JsonConverter<BoundingBox>
{
    /// <inheritdoc/>
    public override BoundingBox Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Unexpected(reader.TokenType);
        }

        Span<float> sides = stackalloc float[4];
        foreach (ref float side in sides)
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.Number)
            {
                throw Unexpected(reader.TokenType);
            }

            side = reader.GetSingle();
        }

        return reader.Read() && reader.TokenType == JsonTokenType.EndArray
            ? new BoundingBox(sides[0], sides[1], sides[2], sides[3])
            : throw Unexpected(reader.TokenType);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, BoundingBox value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        value.WriteTo(writer);
    }

    private static JsonException Unexpected(JsonTokenType found) =>
        new($"A box must be an array of four numbers: left, top, right and bottom; {found} was found.");
}
