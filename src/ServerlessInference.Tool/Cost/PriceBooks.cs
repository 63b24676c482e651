using System.Text.Json;

namespace ServerlessInference.Tool.Cost;

/// <summary>The price books that come with the tool, and those in files.</summary>
internal static class PriceBooks
{
    /// <summary>The book of today.</summary>
    public const string Newest = "2026";

    private const string Folder = "cost/";

    /// <summary>Opens a book.</summary>
    /// <param name="nameOrFile">The name of one that comes with the tool, or a file.</param>
    /// <exception cref="UsageException">There is none, or it is no price book.</exception>
    public static PriceBook Open(string nameOrFile)
    {
        try
        {
            using var stream = typeof(PriceBooks).Assembly.GetManifestResourceStream($"{Folder}{nameOrFile}.json") ?? File.OpenRead(nameOrFile);
            return Checked(JsonSerializer.Deserialize(stream, PriceBookJson.Default.PriceBook), nameOrFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--book is '{nameOrFile}', which is neither a book of the tool ({string.Join(", ", Names())}) nor a file that can be read.");
        }
        catch (JsonException exception)
        {
            throw new UsageException($"--book is '{nameOrFile}', which is no price book: {exception.Message} Begin with a copy of one in docs/guides/cost.md.");
        }
    }

    /// <summary>The names of the books that come with the tool.</summary>
    public static IEnumerable<string> Names() => typeof(PriceBooks).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Select(name => Path.GetFileNameWithoutExtension(name[Folder.Length..])).Order(StringComparer.Ordinal);

    private static PriceBook Checked(PriceBook? book, string name) =>
        book is { GrainMs: > 0, PerRequest: >= 0, PerGbSecond.Count: > 0 } && book.PerGbSecond.Values.All(price => price > 0)
            ? book
            : throw new UsageException($"--book is '{name}', whose grainMs and perGbSecond must be above zero, and perRequest not below it.");
}
