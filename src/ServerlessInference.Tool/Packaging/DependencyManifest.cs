using System.Text.Json;
using System.Text.Json.Nodes;

namespace ServerlessInference.Tool.Packaging;

/// <summary>
/// A program's <c>.deps.json</c>: what the host believes to lie beside it. Hosts of older runtimes refuse to start where something of it is missing, so what
/// travels or is left out is taken out of the list.
/// </summary>
internal static class DependencyManifest
{
    private static readonly string[] Groups = ["runtime", "native", "runtimeTargets", "resources"];
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n" };

    /// <summary>Writes a manifest without some files.</summary>
    /// <param name="json">The manifest.</param>
    /// <param name="gone">The files' names in the publish folder.</param>
    /// <returns>The new manifest.</returns>
    public static byte[] Without(byte[] json, IReadOnlyCollection<string> gone)
    {
        var root = JsonNode.Parse(json)!;
        foreach (var target in Objects(root["targets"]))
        {
            foreach (var library in Objects(target))
            {
                foreach (var group in Groups)
                {
                    if (library[group] is JsonObject assets)
                    {
                        // Publishing puts lib/net8.0/X.dll beside the program as X.dll, and lib/net8.0/de/X.resources.dll into de.
                        foreach (var asset in assets.Select(asset => asset.Key).ToList())
                        {
                            if (gone.Any(name => asset == name || asset.EndsWith("/" + name, StringComparison.Ordinal)))
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

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node is JsonObject parent ? [.. parent.Select(child => child.Value).OfType<JsonObject>()] : [];
}
