using System.Text;
using System.Text.Json.Nodes;
using RustTokenizer = Tokenizers.DotNet.Tokenizer;

namespace ServerlessInference.Benchmarks.Peers;

/// <summary>Creates tokenizers of Tokenizers.DotNet that neither truncate nor pad.</summary>
internal static class UntruncatedRustTokenizer
{
    /// <summary>Creates a tokenizer.</summary>
    /// <param name="json">The content of <c>tokenizer.json</c>. The library obeys its truncation and padding, so they are removed.</param>
    public static RustTokenizer Create(byte[] json)
    {
        JsonNode settings = JsonNode.Parse(json)!;
        settings["truncation"] = null;
        settings["padding"] = null;
        string copy = Path.Combine(Path.GetTempPath(), $"tokenizer-{Environment.ProcessId}.json");
        File.WriteAllText(copy, settings.ToJsonString(), new UTF8Encoding(false));
        try
        {
            return new RustTokenizer(copy);
        }
        finally
        {
            File.Delete(copy);
        }
    }
}
