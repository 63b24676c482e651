using System.Text.Json;

namespace ServerlessInference.Tool.Tests.Support;

/// <summary>
/// Validates JSON against the part of JSON Schema (draft 2020-12) that docs/cli.md uses. A keyword that it does not know is an error,
/// so that a schema never says more than is checked.
/// </summary>
internal sealed class JsonSchema(JsonElement root)
{
    private static readonly HashSet<string> Annotations = ["$id", "$defs", "$schema", "title", "description"];

    /// <summary>Returns all violations of the schema; empty if the document is valid.</summary>
    public IReadOnlyList<string> Validate(JsonElement document)
    {
        var problems = new List<string>();
        Check(root, document, "$", problems);
        return problems;
    }

    private void Check(JsonElement schema, JsonElement value, string at, List<string> problems)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            switch (keyword.Name)
            {
                case "$ref":
                    Check(Resolve(keyword.Value.GetString()!), value, at, problems);
                    break;
                case "type" when !Types(keyword.Value).Any(type => IsOfType(value, type)):
                    problems.Add($"{at} is {value.ValueKind}, not {keyword.Value}");
                    break;
                case "enum" when !keyword.Value.EnumerateArray().Any(option => JsonElement.DeepEquals(option, value)):
                    problems.Add($"{at} is {value}, not one of {keyword.Value}");
                    break;
                case "const" when !JsonElement.DeepEquals(keyword.Value, value):
                    problems.Add($"{at} is {value}, not {keyword.Value}");
                    break;
                case "minimum" when value.ValueKind == JsonValueKind.Number && value.GetDouble() < keyword.Value.GetDouble():
                case "maximum" when value.ValueKind == JsonValueKind.Number && value.GetDouble() > keyword.Value.GetDouble():
                    problems.Add($"{at} is {value}, {keyword.Name} {keyword.Value}");
                    break;
                case "minItems" when value.ValueKind == JsonValueKind.Array && value.GetArrayLength() < keyword.Value.GetInt32():
                case "maxItems" when value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > keyword.Value.GetInt32():
                    problems.Add($"{at} has {value.GetArrayLength()} items, {keyword.Name} {keyword.Value}");
                    break;
                case "oneOf" when keyword.Value.EnumerateArray().Count(option => Fits(option, value, at)) != 1:
                    problems.Add($"{at} does not fit exactly one of the alternatives");
                    break;
                case "required" when value.ValueKind == JsonValueKind.Object:
                    problems.AddRange(keyword.Value.EnumerateArray()
                        .Where(name => !value.TryGetProperty(name.GetString()!, out _))
                        .Select(name => $"{at}.{name} is missing"));
                    break;
                case "properties" when value.ValueKind == JsonValueKind.Object:
                    foreach (var property in keyword.Value.EnumerateObject())
                    {
                        if (value.TryGetProperty(property.Name, out var child))
                        {
                            Check(property.Value, child, $"{at}.{property.Name}", problems);
                        }
                    }

                    break;
                case "additionalProperties" when value.ValueKind == JsonValueKind.Object:
                    CheckOthers(schema, keyword.Value, value, at, problems);
                    break;
                case "items" when value.ValueKind == JsonValueKind.Array:
                    foreach (var item in value.EnumerateArray())
                    {
                        Check(keyword.Value, item, $"{at}[]", problems);
                    }

                    break;
                case "type" or "enum" or "const" or "minimum" or "maximum" or "minItems" or "maxItems" or "oneOf" or "required"
                    or "properties"
                    or "additionalProperties" or "items":
                    break;
                default:
                    Assert.True(Annotations.Contains(keyword.Name), $"The schema's keyword '{keyword.Name}' is not checked.");
                    break;
            }
        }
    }

    private void CheckOthers(JsonElement schema, JsonElement rule, JsonElement value, string at, List<string> problems)
    {
        foreach (var property in value.EnumerateObject())
        {
            if (schema.TryGetProperty("properties", out var known) && known.TryGetProperty(property.Name, out _))
            {
                continue;
            }

            if (rule.ValueKind == JsonValueKind.False)
            {
                problems.Add($"{at}.{property.Name} is not in the schema");
            }
            else if (rule.ValueKind == JsonValueKind.Object)
            {
                Check(rule, property.Value, $"{at}.{property.Name}", problems);
            }
        }
    }

    private bool Fits(JsonElement schema, JsonElement value, string at)
    {
        var problems = new List<string>();
        Check(schema, value, at, problems);
        return problems.Count == 0;
    }

    private JsonElement Resolve(string reference)
    {
        var element = root;
        foreach (var step in reference.TrimStart('#', '/').Split('/'))
        {
            element = element.GetProperty(step);
        }

        return element;
    }

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(item => item.GetString()!) : [type.GetString()!];

    private static bool IsOfType(JsonElement value, string type) => type switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => value.ValueKind.ToString().Equals(type, StringComparison.OrdinalIgnoreCase),
    };
}
