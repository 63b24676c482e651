using System.Globalization;
using System.Text.Json;

namespace ServerlessInference.Results;

/// <summary>Takes parts out of an answer's JSON. Members are found whatever their case.</summary>
internal static class ResultJson
{
    /// <summary>Gives the first label of an answer, looking from the outside in, and the score that belongs to it.</summary>
    public static (string Label, string Score) Label(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
        {
            return (string.Empty, string.Empty);
        }

        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        if (Find(root, owner => Has(owner, "label", out _)) is not { } labelled)
        {
            return (string.Empty, Find(root, owner => Has(owner, "score", out _)) is { } scored && Has(scored, "score", out JsonElement alone) ? Text(alone) : string.Empty);
        }

        Has(labelled, "label", out JsonElement label);
        string name = Text(label);

        // Classical classifiers give the label they chose, and beside it the probabilities of all labels in an order of their own.
        JsonElement? owner = Has(labelled, "score", out _)
            ? labelled
            : Find(root, candidate => Has(candidate, "score", out _) && Has(candidate, "label", out JsonElement other) && Text(other) == name);
        return (name, owner is { } found && Has(found, "score", out JsonElement score) ? Text(score) : string.Empty);
    }

    /// <summary>Gives a part of an answer by members and indices, <c>0.label</c>; all of it for an empty path; nothing where there is no such part.</summary>
    public static string Part(ReadOnlyMemory<byte> json, string path)
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
            if (element.ValueKind == JsonValueKind.Array && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            {
                if (index >= element.GetArrayLength())
                {
                    return string.Empty;
                }

                element = element[index];
            }
            else if (!Has(element, step, out element))
            {
                return string.Empty;
            }
        }

        return Text(element);
    }

    private static string Text(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Null => string.Empty,
        _ => element.GetRawText(),
    };

    private static bool Has(JsonElement owner, string name, out JsonElement value)
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

    // Nearest to the outside first: an object's own label is before those of its parts.
    private static JsonElement? Find(JsonElement root, Func<JsonElement, bool> wanted)
    {
        var next = new Queue<JsonElement>([root]);
        while (next.TryDequeue(out JsonElement element))
        {
            if (element.ValueKind == JsonValueKind.Object)
            {
                if (wanted(element))
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
