using System.Text.Json;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Cost;

/// <summary>The measurements of a function at one memory size, read from the JSON of <c>invoke</c>.</summary>
internal sealed record InvokeMeasurement(int MemoryMB, double? WarmMs, double? ColdMs, double? InitMs)
{
    /// <summary>Reads all documents that <c>invoke</c> wrote.</summary>
    /// <exception cref="UsageException">The file cannot be read, or was not written by <c>invoke</c>.</exception>
    public static async Task<IReadOnlyList<InvokeMeasurement>> ReadAsync(
        string file, ToolConsole console, CancellationToken cancellationToken)
    {
        try
        {
            await using Stream stream = file == ToolConsole.InputName ? console.Input : File.OpenRead(file);
            using var reader = new StreamReader(stream);
            var measurements = new List<InvokeMeasurement>();
            while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                if (!string.IsNullOrWhiteSpace(line))
                {
                    measurements.Add(Parse(line));
                }
            }

            return measurements.Count > 0
                ? measurements
                : throw new UsageException(
                    $"--invoke is '{file}', which is empty. Give a file with the output of 'serverless-inference invoke … --warm 20'.");
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            throw new UsageException(
                $"--invoke is '{file}', which cannot be read, or is not the output of 'serverless-inference invoke': {exception.Message}");
        }
    }

    private static InvokeMeasurement Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        return new InvokeMeasurement(Member(root, "memory").GetInt32(), Mean(root, "warm"), Mean(root, "cold"), Mean(root, "init"));
    }

    private static double? Mean(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement statistics) ? Member(statistics, "mean").GetDouble() : null;

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement member) ? member : throw new JsonException($"it has no '{name}'.");
}
