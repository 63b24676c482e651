using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using ServerlessInference.Imaging;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The result of <c>image decode</c> for an image.</summary>
internal sealed record DecodedImageDocument(string File, int Width, int Height, string Sha256) : ITableDocument
{
    public static DecodedImageDocument Create(string file, ImageBuffer image) =>
        new(file, image.Width, image.Height, Convert.ToHexStringLower(SHA256.HashData(image.Pixels)));

    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("file"u8, File);
        writer.WriteNumber("width"u8, Width);
        writer.WriteNumber("height"u8, Height);
        writer.WriteString("sha256"u8, Sha256);
        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table) =>
        table.Add(File, Width.ToString(CultureInfo.InvariantCulture), Height.ToString(CultureInfo.InvariantCulture), Sha256);
}
