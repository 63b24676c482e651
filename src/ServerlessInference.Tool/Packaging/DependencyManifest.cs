using System.Text.Json;
using System.Text.Json.Nodes;

namespace ServerlessInference.Tool.Packaging;

/// <summary>
/// Edits a program's <c>.deps.json</c>, which lists the files that the .NET host expects next to the program. Hosts of older runtimes
/// refuse to start if one of them is missing, so files that are moved or left out must be removed from the list.
/// </summary>
internal static class DependencyManifest
{
    private static readonly string[] Groups = ["runtime", "native", "runtimeTargets", "resources"];
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n" };

    /// <summary>Removes files from a manifest.</summary>
    /// <param name="json">The manifest.</param>
    /// <param name="removed">The names of the files in the publish directory.</param>
    /// <returns>The new manifest.</returns>
    public static byte[] RemoveFiles(byte[] json, IReadOnlyCollection<string> removed)
    {
        JsonNode root = JsonNode.Parse(json)!;
        foreach (JsonObject target in Objects(root["targets"]))
        {
            foreach (JsonObject library in Objects(target))
            {
                foreach (string group in Groups)
                {
                    if (library[group] is JsonObject assets)
                    {
                        // 'dotnet publish' puts lib/net8.0/X.dll next to the program, and lib/net8.0/de/X.resources.dll into the directory
                        // de.
                        foreach (string asset in assets.Select(asset => asset.Key).ToList())
                        {
                            if (removed.Any(name => asset == name || asset.EndsWith("/" + name, StringComparison.Ordinal)))
                            {
                                assets.Remove(asset);
                            }
                        }

                        if (assets.Count == 0)
                        {
                            library.Remove(group);
                        }
                    }
                }
            }
        }

        using var output = new MemoryStream();
        using (var writer = new Utf8JsonWriter(output, Indented))
        {
            root.WriteTo(writer);
        }

        return output.ToArray();
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) =>
        node is JsonObject parent ? [.. parent.Select(child => child.Value).OfType<JsonObject>()] : [];
}
