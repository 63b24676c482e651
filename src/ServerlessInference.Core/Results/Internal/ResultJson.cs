using System.Globalization;
using System.Text.Json;

namespace ServerlessInference.Results;

/// <summary>Extracts parts of the JSON of an answer. The names of properties are case-insensitive.</summary>
internal static class ResultJson
{
    /// <summary>Gets the outermost label of an answer, and the score that belongs to it.</summary>
    public static (string Label, string Score) GetLabel(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
        {
            return (string.Empty, string.Empty);
        }

        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        if (Find(root, owner => TryGet(owner, "label", out _)) is not { } labelled)
        {
            return (string.Empty, GetScore(Find(root, owner => TryGet(owner, "score", out _))));
        }

        TryGet(labelled, "label", out JsonElement label);
        string name = GetText(label);

        // A label without a score is that of a classical classifier: it is followed by the scores of all labels, among them this one.
        JsonElement? owner = TryGet(labelled, "score", out _)
            ? labelled
            : Find(root, candidate => TryGet(candidate, "score", out _)
                && TryGet(candidate, "label", out JsonElement other)
                && GetText(other) == name);
        return (name, GetScore(owner));
    }

    /// <summary>Gets a part of an answer by a path of property names and indices, such as <c>0.label</c>.</summary>
    /// <returns>The part; the whole answer for an empty path; an empty string if there is no such part.</returns>
    public static string GetPart(ReadOnlyMemory<byte> json, string path)
    {
        if (json.IsEmpty)
        {
            return string.Empty;
        }

        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement element = document.RootElement;
        if (path.Length == 0)
        {
            return element.GetRawText();
        }

        foreach (string step in path.Split('.'))
        {
            if (element.ValueKind == JsonValueKind.Array
                && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            {
                if (index >= element.GetArrayLength())
                {
                    return string.Empty;
                }

                element = element[index];
            }
            else if (!TryGet(element, step, out element))
            {
                return string.Empty;
            }
        }

        return GetText(element);
    }

    private static string GetScore(JsonElement? owner) =>
        owner is { } found && TryGet(found, "score", out JsonElement score) ? GetText(score) : string.Empty;

    private static string GetText(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Null => string.Empty,
        _ => element.GetRawText(),
    };

    private static bool TryGet(JsonElement owner, string name, out JsonElement value)
    {
        if (owner.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in owner.EnumerateObject())
            {
                if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    value = member.Value;
                    return true;
                }
            }
        }

        value = default;
        return false;
    }

    // Breadth-first, so that the label of an object is found before the labels of its parts.
    private static JsonElement? Find(JsonElement root, Func<JsonElement, bool> isWanted)
    {
        var next = new Queue<JsonElement>([root]);
        while (next.TryDequeue(out JsonElement element))
        {
            if (element.ValueKind == JsonValueKind.Object)
            {
                if (isWanted(element))
                {
                    return element;
                }

                foreach (JsonProperty member in element.EnumerateObject())
                {
                    next.Enqueue(member.Value);
                }
            }
            else if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement item in element.EnumerateArray())
                {
                    next.Enqueue(item);
                }
            }
        }

        return null;
    }
}
