using System.Globalization;
using System.Text.Json;
using ServerlessInference.Tool.Output;
using ServerlessInference.Tool.Packaging;

namespace ServerlessInference.Tool.Commands;

/// <summary>The result of <c>package split</c>.</summary>
internal sealed record SplitDocument(
    string Root,
    SplitPackageWriter Target,
    int Files,
    long Unzipped,
    IReadOnlyList<WrittenArchive> Archives,
    IReadOnlyList<PrunedFile> Pruned,
    IReadOnlyList<LimitUse> Limits) : ITableDocument
{
    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("file"u8, Root);
        writer.WriteStartObject("function"u8);
        writer.WriteString("folder"u8, Target.Function);
        writer.WriteString("zip"u8, Target.Zip);
        writer.WriteString("manifest"u8, Target.Manifest);
        writer.WriteNumber("files"u8, Files);
        writer.WriteNumber("unzipped"u8, Unzipped);
        writer.WriteNumber("zipped"u8, Limits[0].Used);
        writer.WriteEndObject();
        writer.WriteStartArray("archives"u8);
        foreach (WrittenArchive archive in Archives)
        {
            writer.WriteStartObject();
            writer.WriteString("mount"u8, archive.Description.Mount);
            writer.WriteString("file"u8, archive.Path);
            writer.WriteString("uri"u8, archive.Description.Uri);
            writer.WriteString("sha256"u8, archive.Description.Sha256);
            writer.WriteNumber("size"u8, archive.Description.Size);
            writer.WriteNumber("unpackedSize"u8, archive.Description.UnpackedSize);
            writer.WriteStartArray("files"u8);
            foreach (string name in archive.Files)
            {
                writer.WriteStringValue(name);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("pruned"u8);
        foreach (PrunedFile pruned in Pruned)
        {
            writer.WriteStartObject();
            writer.WriteString("file"u8, pruned.File.Name);
            writer.WriteNumber("size"u8, pruned.File.Length);
            writer.WriteString("reason"u8, pruned.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        LimitUse.Write(writer, Limits);
        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table)
    {
        table.Add("function", Size.Text(Unzipped), Target.Zip);
        foreach (WrittenArchive archive in Archives)
        {
            table.Add("archive " + archive.Description.Mount, Size.Text(archive.Description.Size), archive.Path);
        }

        if (Pruned.Count > 0)
        {
            table.Add(
                "left out",
                Size.Text(Pruned.Sum(file => file.File.Length)),
                Pruned.Count.ToString(CultureInfo.InvariantCulture) + " files");
        }

        LimitUse.AddRows(table, Limits);
    }
}
