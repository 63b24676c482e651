using System.Globalization;
using System.Text;
using System.Text.Json;
using ServerlessInference.Models;

namespace ServerlessInference.Sessions;

/// <summary>Finds and reads the names of a model's classes, in the order of its outputs.</summary>
/// <remarks>
/// <para>They are found in the first of these files that is next to the model: <c>labels.txt</c>, <c>classes.txt</c>, <c>synset.txt</c>,
/// <c>imagenet_classes.txt</c>, <c>class_names.txt</c>, <c>coco.names</c>, <c>obj.names</c>, <c>labels.json</c>, <c>id2label.json</c>,
/// <c>class_indices.json</c>, <c>imagenet_class_index.json</c>, <c>classes.json</c>, <c>labels.csv</c>; else in <c>config.json</c>
/// (<c>id2label</c>, timm's <c>label_names</c>) or Lobe's <c>signature.json</c> (<c>classes</c>); else in the ONNX metadata
/// (<c>names</c>, as written by Ultralytics, or <c>labels</c>).</para>
/// <para>Supported formats: one name per line, optionally with a WordNet id or the number of the class; a JSON array; a JSON object or a
/// Python dictionary that maps indices to names; a JSON object that maps names to indices; a Python list.</para>
/// <para>Thread-safe.</para>
/// </remarks>
public static class ModelLabels
{
    /// <summary>The maximum size of a file with labels. A list of a hundred thousand classes is far smaller.</summary>
    private const int MaxBytes = 16 * 1024 * 1024;

    private static readonly string[] ConfigFiles = ["config.json", "signature.json"];

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
            ? new ModelDecision("labels", labels.Count.ToString(CultureInfo.InvariantCulture), origin)
            : new ModelDecision("labels", "none, so classes are named by their numbers", origin, NeedsAttention: true));
        return labels;
    }

    /// <summary>Finds the labels of a model in the usual places, if there are any.</summary>
    /// <returns>The names and where they were found; empty if the model has none, which is not recorded as a decision.</returns>
    internal static (IReadOnlyList<string> Labels, string Origin) FindBeside(LoadedModel model) => FindWithOrigin(model, null);

    /// <summary>Reads labels in any of the supported formats.</summary>
    /// <param name="utf8">The text, in UTF-8.</param>
    /// <param name="where">The origin of the text, for error messages.</param>
    /// <returns>The names.</returns>
    /// <exception cref="ModelLoadException">The text is not in a supported format.</exception>
    public static IReadOnlyList<string> Parse(ReadOnlySpan<byte> utf8, string where)
    {
        ReadOnlySpan<byte> text = utf8.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;
        ReadOnlySpan<byte> trimmed = text.Trim(" \t\r\n"u8);
        if ((trimmed.StartsWith("["u8) && !IsPythonList(trimmed)) || IsJsonObject(trimmed))
        {
            return LabelJson.Parse(trimmed, where, isConfig: false);
        }

        return trimmed.StartsWith("{"u8) || trimmed.StartsWith("["u8)
            ? PythonDictionary.Parse(Encoding.UTF8.GetString(trimmed), where)
            : LabelLines.Parse(Encoding.UTF8.GetString(text));
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

    private static (IReadOnlyList<string> Labels, string Origin) FindWithOrigin(LoadedModel model, string? file)
    {
        if (file is not null)
        {
            return model.Artifact.TryGetFile(file, out ModelFile? named)
                ? (Parse(named.ReadAllBytes(MaxBytes).Span, file), "the option LabelsFile")
                : throw new ModelLoadException(
                    $"{model.Artifact.Source} has no labels file '{file}'. Add the file next to the model, or correct the option.");
        }

        foreach (string name in CompanionFiles.Labels)
        {
            if (model.Artifact.TryGetFile(name, out ModelFile? usual))
            {
                return (Parse(usual.ReadAllBytes(MaxBytes).Span, name), name);
            }
        }

        foreach (string name in ConfigFiles)
        {
            if (model.Artifact.TryGetFile(name, out ModelFile? config)
                && LabelJson.Parse(config.ReadAllBytes(MaxBytes).Span, name, isConfig: true) is { Count: > 0 } labels)
            {
                return (labels, name);
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

        string files = string.Join(", ", CompanionFiles.Labels);
        return ([], $"there is none of {files}, no id2label in config.json and no names in the ONNX metadata");
    }

    // The keys of a Python dictionary of labels are numbers.
    private static bool IsJsonObject(ReadOnlySpan<byte> text) =>
        text.StartsWith("{"u8) && text[1..].TrimStart(" \t\r\n"u8).StartsWith("\""u8);

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
}
