using System.Globalization;
using System.Text;
using System.Text.Json;
using ServerlessInference.Models;

namespace ServerlessInference.Sessions;

/// <summary>Finds and reads the names of a model's classes, in the order of its outputs.</summary>
/// <remarks>
/// <para>They are found in a file next to the model (<c>labels.txt</c>, <c>synset.txt</c>, <c>classes.txt</c>, <c>coco.names</c>), in
/// <c>config.json</c> (<c>id2label</c>), or in the ONNX metadata (<c>names</c>, as written by Ultralytics, or <c>labels</c>).</para>
/// <para>Supported formats: one name per line, optionally preceded by a WordNet id; a JSON array; a JSON object or a Python dictionary that
/// maps indices to names; a Python list.</para>
/// <para>Thread-safe.</para>
/// </remarks>
public static class ModelLabels
{
    /// <summary>The maximum size of a file with labels. A list of a hundred thousand classes is far smaller.</summary>
    private const int MaxBytes = 16 * 1024 * 1024;

    private static readonly string[] Files = ["labels.txt", "synset.txt", "classes.txt", "coco.names"];

    private static readonly string[] MetadataKeys = ["names", "labels"];

    /// <summary>Finds the labels of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="file">The file that contains them; <see langword="null"/> to look in the usual places.</param>
    /// <returns>The names; empty if the model has none.</returns>
    /// <exception cref="ModelLoadException">The file does not exist, or the labels are not in a supported format.</exception>
    public static IReadOnlyList<string> Find(LoadedModel model, string? file = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        (IReadOnlyList<string> labels, string origin) = FindWithOrigin(model, file);
        model.Decide(labels.Count > 0
            ? new ModelDecision("labels", string.Create(CultureInfo.InvariantCulture, $"{labels.Count}"), origin)
            : new ModelDecision("labels", "none, so classes are named by their numbers", origin, NeedsAttention: true));
        return labels;
    }

    private static (IReadOnlyList<string> Labels, string Origin) FindWithOrigin(LoadedModel model, string? file)
    {
        if (file is not null)
        {
            return model.Artifact.TryGetFile(file, out ModelFile? named)
                ? (Parse(named.ReadAllBytes(MaxBytes).Span, file), "the option LabelsFile")
                : throw new ModelLoadException(
                    $"{model.Artifact.Source} has no labels file '{file}'. Add the file next to the model, or correct the option.");
        }

        foreach (string name in Files)
        {
            if (model.Artifact.TryGetFile(name, out ModelFile? usual))
            {
                return (Parse(usual.ReadAllBytes(MaxBytes).Span, name), name);
            }
        }

        if (model.Artifact.TryGetFile("config.json", out ModelFile? config))
        {
            IReadOnlyList<string> labels = ParseJson(config.ReadAllBytes(MaxBytes).Span, "config.json", onlyId2Label: true);
            if (labels.Count > 0)
            {
                return (labels, "config.json");
            }
        }

        foreach (string key in MetadataKeys)
        {
            if (model.Description.Metadata.TryGetValue(key, out string? text))
            {
                string origin = $"the ONNX metadata '{key}'";
                return (Parse(Encoding.UTF8.GetBytes(text), origin), origin);
            }
        }

        return ([], $"the model has no {string.Join(", no ", Files)}, no id2label in config.json and no names in its ONNX metadata");
    }

    /// <summary>Reads labels in any of the supported formats.</summary>
    /// <param name="utf8">The text, in UTF-8.</param>
    /// <param name="where">The origin of the text, for error messages.</param>
    /// <returns>The names.</returns>
    /// <exception cref="ModelLoadException">The text is not in a supported format.</exception>
    public static IReadOnlyList<string> Parse(ReadOnlySpan<byte> utf8, string where)
    {
        ReadOnlySpan<byte> text = utf8.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;
        ReadOnlySpan<byte> trimmed = text.Trim(" \t\r\n"u8);
        if ((trimmed.StartsWith("["u8) && !IsPythonList(trimmed)) || trimmed.StartsWith("{\""u8))
        {
            return ParseJson(trimmed, where, onlyId2Label: false);
        }

        return trimmed.StartsWith("{"u8) || trimmed.StartsWith("["u8)
            ? PythonDictionary.Parse(Encoding.UTF8.GetString(trimmed), where)
            : ParseLines(Encoding.UTF8.GetString(text));
    }

    /// <summary>Converts a map from index to name into a list, and rejects gaps.</summary>
    internal static IReadOnlyList<string> ToList(SortedDictionary<int, string> byIndex, string where)
    {
        var labels = new string[byIndex.Count];
        int expected = 0;
        foreach ((int index, string label) in byIndex)
        {
            if (index != expected)
            {
                throw new ModelLoadException(
                    $"The labels in {where} have no name for index {expected}; {byIndex.Count} names must have the indices 0 to " +
                    $"{byIndex.Count - 1}.");
            }

            labels[expected++] = label;
        }

        return labels;
    }

    private static IReadOnlyList<string> ParseJson(ReadOnlySpan<byte> utf8, string where, bool onlyId2Label)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Array)
            {
                return [.. root.EnumerateArray().Select(item => item.GetString() ?? string.Empty)];
            }

            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("id2label", out JsonElement id2Label))
            {
                root = id2Label;
            }
            else if (onlyId2Label)
            {
                return [];
            }

            var byIndex = new SortedDictionary<int, string>();
            foreach (JsonProperty property in root.EnumerateObject())
            {
                if (!int.TryParse(property.Name, out int index))
                {
                    throw new ModelLoadException($"The labels in {where} have the key '{property.Name}'; an index was expected.");
                }

                byIndex[index] = property.Value.GetString() ?? string.Empty;
            }

            return ToList(byIndex, where);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ModelLoadException(
                $"The labels in {where} are neither a JSON array of names nor a JSON object from index to name: {exception.Message}",
                exception);
        }
    }

    private static List<string> ParseLines(string text)
    {
        var labels = new List<string>();
        foreach (string line in text.Split('\n'))
        {
            labels.Add(line.Trim());
        }

        while (labels.Count > 0 && labels[^1].Length == 0)
        {
            labels.RemoveAt(labels.Count - 1);
        }

        if (labels.TrueForAll(HasWordNetId))
        {
            for (int i = 0; i < labels.Count; i++)
            {
                labels[i] = labels[i][10..];
            }
        }

        return labels;
    }

    // Python quotes strings with apostrophes, except strings that contain one. JSON never uses apostrophes.
    private static bool IsPythonList(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> rest = text[1..].TrimStart(" \t\r\n"u8);
        return rest.StartsWith("'"u8) || text.IndexOf(", '"u8) >= 0 && !IsJson(text);
    }

    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        try
        {
            return reader.Read() && reader.TrySkip();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // In the synset files of ImageNet, the WordNet id precedes the name: "n01440764 tench, Tinca tinca".
    private static bool HasWordNetId(string line) =>
        line.Length > 10 && line[0] == 'n' && line[9] == ' ' && line.AsSpan(1, 8).IndexOfAnyExceptInRange('0', '9') < 0;
}
