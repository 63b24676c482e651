using System.Globalization;
using System.Text.Json;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The result of <c>fetch</c>.</summary>
internal sealed record FetchDocument(
    string Uri,
    string Version,
    string Folder,
    IReadOnlyList<KeyValuePair<string, long>> Files,
    long Transferred,
    TimeSpan Elapsed) : ITableDocument
{
    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("file"u8, Uri);
        writer.WriteString("version"u8, Version);
        writer.WriteString("folder"u8, Folder);
        writer.WriteStartArray("files"u8);
        foreach ((string? name, long size) in Files)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, name);
            writer.WriteNumber("size"u8, size);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("transferred"u8, Transferred);
        writer.WriteNumber("durationMs"u8, Math.Round(Elapsed.TotalMilliseconds, 1));
        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table)
    {
        foreach ((string? name, long size) in Files)
        {
            table.Add(Uri, Version, name, size.ToString("N0", CultureInfo.InvariantCulture));
        }
    }
}
