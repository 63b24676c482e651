using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ServerlessInference.Lambda.Events.Records;

/// <summary>Writes attributes of a DynamoDB item as the JSON that they represent: <c>{"N":"5"}</c> becomes <c>5</c>.</summary>
/// <remarks>Source: "AttributeValue" of the Amazon DynamoDB Streams API Reference. Binary values become base64.</remarks>
internal static class AttributeJson
{
    /// <summary>Returns the JSON of one attribute.</summary>
    /// <exception cref="InvalidInputException">The attribute has no known type.</exception>
    public static byte[] Convert(JsonElement attribute) => Write(writer => Write(writer, attribute));

    /// <summary>Returns a JSON object with several attributes of an item. An attribute that the item does not have is left out.</summary>
    /// <exception cref="InvalidInputException">An attribute has no known type.</exception>
    public static byte[] Convert(JsonElement item, IEnumerable<string> names) => Write(writer =>
    {
        writer.WriteStartObject();
        foreach (string name in names)
        {
            if (EventJson.FindMember(item, name) is { } attribute)
            {
                writer.WritePropertyName(name);
                Write(writer, attribute);
            }
        }

        writer.WriteEndObject();
    });

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        write(writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement attribute)
    {
        if (attribute.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty typed in attribute.EnumerateObject())
            {
                Write(writer, EventJson.ReadName(typed), typed.Value);
                return;
            }
        }

        throw Unknown();
    }

    private static void Write(Utf8JsonWriter writer, string type, JsonElement value)
    {
        switch (type, value.ValueKind)
        {
            case ("S" or "B", JsonValueKind.String):
                writer.WriteStringValue(EventJson.ReadText(value));
                break;
            case ("N", JsonValueKind.String):
                WriteNumber(writer, EventJson.ReadText(value));
                break;
            case ("BOOL", JsonValueKind.True or JsonValueKind.False):
                writer.WriteBooleanValue(value.GetBoolean());
                break;
            case ("NULL", JsonValueKind.True):
                writer.WriteNullValue();
                break;
            case ("M", JsonValueKind.Object):
                writer.WriteStartObject();
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    writer.WritePropertyName(EventJson.ReadName(member));
                    Write(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case ("L", JsonValueKind.Array):
                WriteList(writer, value, static (writer, item) => Write(writer, item));
                break;
            case ("SS" or "BS", JsonValueKind.Array):
                WriteList(writer, value, static (writer, item) => Write(writer, "S", item));
                break;
            case ("NS", JsonValueKind.Array):
                WriteList(writer, value, static (writer, item) => Write(writer, "N", item));
                break;
            default:
                throw Unknown();
        }
    }

    private static void WriteList(Utf8JsonWriter writer, JsonElement list, Action<Utf8JsonWriter, JsonElement> write)
    {
        writer.WriteStartArray();
        foreach (JsonElement item in list.EnumerateArray())
        {
            write(writer, item);
        }

        writer.WriteEndArray();
    }

    // DynamoDB writes numbers as texts, with up to 38 digits, none of which is lost here.
    private static void WriteNumber(Utf8JsonWriter writer, string number)
    {
        byte[] text = Encoding.UTF8.GetBytes(number);
        try
        {
            var reader = new Utf8JsonReader(text);
            if (reader.Read() && reader.TokenType == JsonTokenType.Number && !reader.Read())
            {
                writer.WriteRawValue(text, skipInputValidation: true);
                return;
            }
        }
        catch (JsonException)
        {
            // Reported below.
        }

        throw new InvalidInputException("An attribute of the type N is not a number.");
    }

    private static InvalidInputException Unknown() => new("An attribute has none of the types that DynamoDB has.");
}
