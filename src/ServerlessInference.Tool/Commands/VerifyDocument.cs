using System.Text.Json;
using ServerlessInference.Tool.Output;
using ServerlessInference.Tool.Packaging;

namespace ServerlessInference.Tool.Commands;

/// <summary>The result of <c>package verify</c>.</summary>
internal sealed record VerifyDocument(
    string Manifest, IReadOnlyList<CheckedArchive> Archives, IReadOnlyList<string> Clashes) : ITableDocument
{
    /// <summary>Gets a value indicating whether no problem was found.</summary>
    public bool IsValid => Clashes.Count == 0 && Archives.All(archive => archive.Problems.Count == 0);

    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("file"u8, Manifest);
        writer.WriteBoolean("valid"u8, IsValid);
        writer.WriteStartArray("archives"u8);
        foreach (CheckedArchive archive in Archives)
        {
            writer.WriteStartObject();
            writer.WriteString("mount"u8, archive.Description.Mount);
            if (archive.Description.PointerUri is { } pointer)
            {
                writer.WriteString("pointer"u8, pointer);
            }
            else
            {
                writer.WriteString("uri"u8, archive.Description.Uri);
                writer.WriteString("sha256"u8, archive.Description.Sha256);
            }

            if (archive.Size is { } size)
            {
                writer.WriteNumber("size"u8, size);
                writer.WriteNumber("unpackedSize"u8, archive.UnpackedSize);
                writer.WriteNumber("files"u8, archive.Files.Count);
            }

            WriteStrings(writer, "problems", archive.Problems);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteStrings(writer, "clashes", Clashes);
        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table)
    {
        foreach (CheckedArchive archive in Archives)
        {
            string result = archive.Problems.Count > 0 ? string.Join(" ", archive.Problems)
                : archive.Description.PointerUri is { } pointer ? "points to " + pointer
                : "good";
            table.Add(archive.Description.Mount, archive.Size is { } size ? Size.Text(size) : string.Empty, result);
        }

        foreach (string clash in Clashes)
        {
            table.Add("clash", string.Empty, clash);
        }
    }

    private static void WriteStrings(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (string value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }
}
