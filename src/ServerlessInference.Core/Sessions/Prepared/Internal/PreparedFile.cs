using System.Text.Json;

namespace ServerlessInference.Sessions.Prepared;

/// <summary>A file that a record describes.</summary>
/// <param name="Name">The name, without directories.</param>
/// <param name="Length">The size in bytes.</param>
/// <param name="Sha256">The digest, in lowercase hexadecimal digits.</param>
internal sealed record PreparedFile(string Name, long Length, string Sha256)
{
    public void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> property)
    {
        writer.WriteStartObject(property);
        writer.WriteString("name"u8, Name);
        writer.WriteNumber("length"u8, Length);
        writer.WriteString("sha256"u8, Sha256);
        writer.WriteEndObject();
    }

    /// <summary>Reads the object at which the reader is; <see langword="null"/> if a member is missing.</summary>
    public static PreparedFile? Read(ref Utf8JsonReader reader)
    {
        string? name = null, digest = null;
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
                default:
                    reader.Skip();
                    break;
            }
        }

        return name is not null && digest is not null && length >= 0 ? new PreparedFile(name, length, digest) : null;
    }
}
