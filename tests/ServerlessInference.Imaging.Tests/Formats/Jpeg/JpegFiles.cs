using System.Globalization;
using System.Security.Cryptography;

namespace ServerlessInference.Imaging.Tests.Formats.Jpeg;

/// <summary>The JPEGs that Files/make_files.py writes, and the hashes of their pixels.</summary>
internal static class JpegFiles
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Formats", "Jpeg", "Files");

    /// <summary>Gets the names of all files that decode.</summary>
    public static IEnumerable<string> Names => Expected().Select(row => row.Name).Distinct();

    /// <summary>Reads a file.</summary>
    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".jpg"));

    /// <summary>Reads the results of the reference decoders.</summary>
    public static IEnumerable<(string Name, int Eighths, int Width, int Height, string Hash)> Expected() =>
        from line in File.ReadLines(Path.Combine(Folder, "expected.tsv")).Skip(1)
        let cells = line.Split('\t')
        select (cells[0], Number(cells[1]), Number(cells[2]), Number(cells[3]), cells[4]);

    /// <summary>Computes the hash of the pixels of an image, in the format of the expected results.</summary>
    public static string Hash(ImageBuffer image) => Convert.ToHexStringLower(SHA256.HashData(image.Pixels));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
