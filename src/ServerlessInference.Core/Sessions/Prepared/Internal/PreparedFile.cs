using System.Text.Json;

namespace ServerlessInference.Sessions.Prepared;

/// <summary>A file that a record describes.</summary>
/// <param name="Name">The name, without directories.</param>
/// <param name="Length">The size in bytes.</param>
/// <param name="Sha256">The digest, in lowercase hexadecimal digits.</param>
/// <param name="Crc32C">
/// The checksum of a prepared model, in eight lowercase hexadecimal digits; <see langword="null"/> in records of older versions and for the
/// plain model.
/// </param>
internal sealed record PreparedFile(string Name, long Length, string Sha256, string? Crc32C = null)
{
    public void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> property)
    {
        writer.WriteStartObject(property);
        writer.WriteString("name"u8, Name);
        writer.WriteNumber("length"u8, Length);
        writer.WriteString("sha256"u8, Sha256);
        if (Crc32C is not null)
        {
            writer.WriteString("crc32c"u8, Crc32C);
        }

        writer.WriteEndObject();
    }

    /// <summary>Reads the object at the position of the reader; <see langword="null"/> if a member is missing.</summary>
    public static PreparedFile? Read(ref Utf8JsonReader reader)
    {
        string? name = null, digest = null, checksum = null;
        long length = -1;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string? property = reader.GetString();
            reader.Read();
            switch (property)
            {
                case "name":
                    name = reader.GetString();
                    break;
                case "length":
                    length = reader.GetInt64();
                    break;
                case "sha256":
                    digest = reader.GetString();
                    break;
                case "crc32c":
                    checksum = reader.GetString();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return name is not null && digest is not null && length >= 0 ? new PreparedFile(name, length, digest, checksum) : null;
    }
}
