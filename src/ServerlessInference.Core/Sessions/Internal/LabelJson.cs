using System.Globalization;
using System.Text.Json;

namespace ServerlessInference.Sessions;

/// <summary>
/// Reads labels from JSON: an array of names; an object from index to name, or to a list that ends with the name (Keras); or an object from
/// name to index (<c>class_indices</c>, <c>label2id</c>).
/// </summary>
internal static class LabelJson
{
    /// <summary>Members that contain the labels of a file with other settings: those of Hugging Face, timm and Microsoft Lobe.</summary>
    private static readonly string[] Members = ["id2label", "label_names", "classes", "label2id"];

    /// <summary>Reads the labels.</summary>
    /// <param name="utf8">The JSON.</param>
    /// <param name="where">The origin, for error messages.</param>
    /// <param name="isConfig">Whether the JSON contains other settings, and perhaps no labels.</param>
    /// <returns>The names; empty if a file with other settings has none.</returns>
    /// <exception cref="ModelLoadException">The JSON has no labels.</exception>
    public static IReadOnlyList<string> Parse(ReadOnlySpan<byte> utf8, string where, bool isConfig)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                if (FindMember(root) is { } member)
                {
                    return ReadMember(root, member, where);
                }

                if (isConfig)
                {
                    return [];
                }
            }

            return Read(root, where);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ModelLoadException(
                $"The labels in {where} are neither a JSON array of names nor a JSON object from index to name: {exception.Message}",
                exception);
        }
    }

    private static JsonElement? FindMember(JsonElement root)
    {
        foreach (string name in Members)
        {
            if (root.TryGetProperty(name, out JsonElement member) && member.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
            {
                return member;
            }
        }

        return null;
    }

    private static IReadOnlyList<string> ReadMember(JsonElement root, JsonElement member, string where)
    {
        // Lobe writes {"classes":{"Label":[…]}}.
        if (member.ValueKind == JsonValueKind.Object && member.TryGetProperty("Label", out JsonElement lobe)
            && lobe.ValueKind == JsonValueKind.Array)
        {
            return Read(lobe, where);
        }

        IReadOnlyList<string> labels = Read(member, where);
        if (!root.TryGetProperty("label_descriptions", out JsonElement descriptions) || descriptions.ValueKind != JsonValueKind.Object)
        {
            return labels;
        }

        // timm names the classes of ImageNet by WordNet ids, and describes these.
        string[] described = [.. labels];
        for (int i = 0; i < described.Length; i++)
        {
            if (descriptions.TryGetProperty(described[i], out JsonElement text) && text.ValueKind == JsonValueKind.String)
            {
                described[i] = text.GetString()!;
            }
        }

        return described;
    }

    private static IReadOnlyList<string> Read(JsonElement root, string where)
    {
        if (root.ValueKind == JsonValueKind.Array)
        {
            var names = new List<string>(root.GetArrayLength());
            foreach (JsonElement item in root.EnumerateArray())
            {
                names.Add(ReadName(item));
            }

            return names;
        }

        var byIndex = new SortedDictionary<int, string>();
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Number)
            {
                byIndex[property.Value.GetInt32()] = property.Name;
                continue;
            }

            if (!int.TryParse(property.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            {
                throw new ModelLoadException($"The labels in {where} have the key '{property.Name}'; an index was expected.");
            }

            byIndex[index] = ReadName(property.Value);
        }

        return ModelLabels.ToList(byIndex, where);
    }

    // Keras' imagenet_class_index.json has a WordNet id and the name for each index.
    private static string ReadName(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0
        ? value[value.GetArrayLength() - 1].GetString() ?? string.Empty
        : value.GetString() ?? string.Empty;
}
