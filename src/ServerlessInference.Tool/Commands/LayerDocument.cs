using System.Globalization;
using System.Text.Json;
using ServerlessInference.Tool.Output;
using ServerlessInference.Tool.Packaging;

namespace ServerlessInference.Tool.Commands;

/// <summary>The result of <c>package layer</c>.</summary>
internal sealed record LayerDocument(
    string Root,
    string Zip,
    int Version,
    string Sha256,
    string Path,
    int Files,
    bool Unchanged,
    IReadOnlyList<LimitUse> Limits) : ITableDocument
{
    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("file"u8, Root);
        writer.WriteString("zip"u8, Zip);
        writer.WriteNumber("version"u8, Version);
        writer.WriteBoolean("unchanged"u8, Unchanged);
        writer.WriteString("sha256"u8, Sha256);
        writer.WriteString("path"u8, Path);
        writer.WriteNumber("files"u8, Files);
        LimitUse.Write(writer, Limits);
        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table)
    {
        string version = string.Create(CultureInfo.InvariantCulture, $"version {Version}{(Unchanged ? " (unchanged)" : string.Empty)}");
        table.Add(version, Size.Text(Limits[0].Used), Zip);
        LimitUse.AddRows(table, Limits);
    }
}
