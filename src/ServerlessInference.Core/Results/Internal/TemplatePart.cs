using System.Globalization;
using System.Text;

namespace ServerlessInference.Results;

/// <summary>A part of a template: literal text or a placeholder.</summary>
/// <param name="Name">The name of the placeholder; <see langword="null"/> for text.</param>
/// <param name="Text">The text, or the format or path of the placeholder.</param>
internal sealed record TemplatePart(string? Name, string Text)
{
    private const string DateFormat = "yyyy-MM-dd";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    private static readonly string[] Placeholders =
    [
        "bucket", "key", "folder", "name", "stem", "extension", "version", "origin", "id", "uuid", "model", "modelVersion", "date", "time",
        "label", "score", "result", "error", "batch",
    ];

    public static List<TemplatePart> Parse(string template)
    {
        var parts = new List<TemplatePart>();
        var text = new StringBuilder();
        for (int i = 0; i < template.Length; i++)
        {
            char character = template[i];
            if (character is '{' or '}' && i + 1 < template.Length && template[i + 1] == character)
            {
                text.Append(character);
                i++;
            }
            else if (character == '{' && template.IndexOf('}', i) is > 0 and var end)
            {
                if (text.Length > 0)
                {
                    parts.Add(new TemplatePart(null, text.ToString()));
                    text.Clear();
                }

                parts.Add(ParsePlaceholder(template, template[(i + 1)..end]));
                i = end;
            }
            else if (character is '{' or '}')
            {
                throw new ArgumentException(
                    $"The template '{template}' has a brace at {i} that is not closed or not opened. Write {{{{ or }}}} for a literal " +
                    "brace.", nameof(template));
            }
            else
            {
                text.Append(character);
            }
        }

        if (text.Length > 0 || parts.Count == 0)
        {
            parts.Add(new TemplatePart(null, text.ToString()));
        }

        return parts;
    }

    public string Expand(SinkRecord record, string? batch) => Name switch
    {
        null => Text,
        "bucket" => record.SourceObject?.Bucket ?? GetOriginName(record.Origin),
        "key" => GetKey(record),
        "folder" => GetKey(record)[..(GetKey(record).LastIndexOf('/') + 1)],
        "name" => GetName(record),
        "stem" => Path.GetFileNameWithoutExtension(GetName(record)),
        "extension" => Path.GetExtension(GetName(record)),
        "version" => record.SourceObject?.Version ?? string.Empty,
        "origin" => GetOriginName(record.Origin),
        "id" => record.Id,
        "uuid" => ResultIdentifier.Create(record).ToString(),
        "model" => record.Result.Model.Name,
        "modelVersion" => record.Result.Model.Version,
        "date" => record.Time.UtcDateTime.ToString(Text.Length == 0 ? DateFormat : Text, CultureInfo.InvariantCulture),
        "time" => record.Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
        "label" => ResultJson.GetLabel(record.Json).Label,
        "score" => ResultJson.GetLabel(record.Json).Score,
        "result" => ResultJson.GetPart(record.Json, Text),
        "error" => record.Result.Error is { } error ? $"{error.GetType().Name}: {ResultDocument.GetMessage(error)}" : string.Empty,
        _ => batch ?? record.Id,
    };

    /// <summary>Extracts the name from an ARN.</summary>
    /// <remarks>
    /// For <c>table/NAME/stream/DATE</c> and <c>stream/NAME</c>, it is the second part of the resource; otherwise the whole resource.
    /// </remarks>
    internal static string GetOriginName(string origin)
    {
        string[] parts = origin.Split(':', 6);
        string resource = parts is ["arn", .., _] && parts.Length == 6 ? parts[5]
            : origin.StartsWith("s3://", StringComparison.Ordinal) ? origin[5..]
            : origin;
        string[] segments = resource.Split('/');
        return segments.Length > 1 ? segments[1] : resource;
    }

    private static string GetKey(SinkRecord record) => record.SourceObject?.Key ?? record.Id;

    private static string GetName(SinkRecord record)
    {
        string key = GetKey(record);
        return key[(key.LastIndexOf('/') + 1)..];
    }

    private static TemplatePart ParsePlaceholder(string template, string inside)
    {
        int colon = inside.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? inside : inside[..colon];
        string format = colon < 0 ? string.Empty : inside[(colon + 1)..];
        if (name.StartsWith("result.", StringComparison.Ordinal) && colon < 0)
        {
            return new TemplatePart("result", name["result.".Length..]);
        }

        if (Array.IndexOf(Placeholders, name) < 0 || (colon >= 0 && name != "date"))
        {
            string list = string.Join(", ", Placeholders.Select(placeholder => $"{{{placeholder}}}"));
            throw new ArgumentException(
                $"The template '{template}' has the unknown placeholder '{{{inside}}}'. The placeholders are {list}, {{date:FORMAT}}, " +
                $"{{result.PATH}}.", nameof(template));
        }

        if (name == "date" && format.Length > 0)
        {
            CheckFormat(template, format);
        }

        return new TemplatePart(name, format);
    }

    private static void CheckFormat(string template, string format)
    {
        try
        {
            _ = DateTimeOffset.UnixEpoch.ToString(format, CultureInfo.InvariantCulture);
        }
        catch (FormatException exception)
        {
            throw new ArgumentException(
                $"The template '{template}' has the invalid date format '{format}'. Use a .NET format such as yyyy/MM/dd.",
                nameof(template), exception);
        }
    }
}
