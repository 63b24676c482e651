using System.Text.Json;
using ServerlessInference.Tool.CommandLine;

namespace ServerlessInference.Tool.Cost;

/// <summary>Opens the price books that are part of the tool, and price books in files.</summary>
internal static class PriceBooks
{
    /// <summary>The newest book.</summary>
    public const string Newest = "2026";

    private const string Folder = "cost/";

    /// <summary>Opens a book.</summary>
    /// <param name="nameOrFile">The name of a book that is part of the tool, or a file.</param>
    /// <exception cref="UsageException">The book does not exist, or is not a price book.</exception>
    public static PriceBook Open(string nameOrFile)
    {
        try
        {
            using Stream stream =
                typeof(PriceBooks).Assembly.GetManifestResourceStream($"{Folder}{nameOrFile}.json") ?? File.OpenRead(nameOrFile);
            return Validate(JsonSerializer.Deserialize(stream, PriceBookJson.Default.PriceBook), nameOrFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"--book is '{nameOrFile}', which is neither a book of the tool ({string.Join(", ", Names())}) nor a readable file.");
        }
        catch (JsonException exception)
        {
            throw new UsageException(
                $"--book is '{nameOrFile}', which is not a price book: {exception.Message} Start with a copy of one in " +
                "docs/guides/cost.md.");
        }
    }

    /// <summary>Returns the names of the books that are part of the tool.</summary>
    public static IEnumerable<string> Names() => typeof(PriceBooks).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
        .Select(name => Path.GetFileNameWithoutExtension(name[Folder.Length..]))
        .Order(StringComparer.Ordinal);

    private static PriceBook Validate(PriceBook? book, string name) =>
        book is { GrainMs: > 0, PerRequest: >= 0, PerGbSecond.Count: > 0 }
            && book.PerGbSecond.Values.All(price => price > 0)
            && (book.Fees is null || book.Fees.Values.All(price => price >= 0))
            ? book
            : throw new UsageException(
                $"--book is '{name}', which is invalid: grainMs and perGbSecond must be above zero, and perRequest and fees must not be " +
                "negative.");
}
