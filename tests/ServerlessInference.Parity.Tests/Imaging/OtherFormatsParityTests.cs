using System.Text.Json;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.ImageSharp;

namespace ServerlessInference.Parity.Tests.Imaging;

/// <summary>
/// WebP, GIF, BMP and TIFF through the ImageSharp adapter against Pillow 9.4: the same bytes, except for the files of a list.
/// </summary>
/// <remarks>
/// There is no tolerance. Every file whose outcome is another one than Pillow's stands in <c>imagesharp-differences.txt</c>, with what
/// happens to it and why; a file of the list that comes out like Pillow's fails as well.
/// </remarks>
public sealed class OtherFormatsParityTests
{
    private static readonly ImageSharpDecoder Decoder = new();

    private static readonly Dictionary<string, string> Differences = ReadDifferences();

    [Theory]
    [InlineData("webp")]
    [InlineData("gif")]
    [InlineData("bmp")]
    [InlineData("tiff")]
    public void Decode_EveryReferenceImage_GivesPillowsBytesOrAKnownDifference(string format)
    {
        List<string> unexpected = [];
        int same = 0;
        foreach (JsonElement golden in ImageGolden.Read("golden", "images", $"decode_{format}.json").GetProperty("images").EnumerateArray())
        {
            string file = golden.GetProperty("file").GetString()!;
            string? outcome = Compare(golden, File.ReadAllBytes(Reference.File(file.Split('/'))));
            same += outcome is null ? 1 : 0;
            if (outcome != Differences.GetValueOrDefault(file))
            {
                unexpected.Add($"{file}: {outcome ?? "same"}");
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{same} files as with Pillow");
        Assert.True(same > 0, "Nothing was compared.");
        Assert.Empty(unexpected);
    }

    // Null where the outcome is Pillow's: the same pixels, or a refusal.
    private static string? Compare(JsonElement golden, byte[] encoded)
    {
        bool refused = golden.TryGetProperty("pil_error", out _);
        var image = new ImageBuffer();
        try
        {
            Decoder.Decode(encoded, new ImageDecodeOptions(), image);
        }
        catch (InvalidImageException)
        {
            // Left out of the golden file for its size.
            return refused || golden.TryGetProperty("skipped_decode", out _) ? null : "refused";
        }

        string hash = ImageGolden.Hash(image.Pixels);
        if (golden.TryGetProperty("accept_rgb", out JsonElement accepted) && accepted.GetRawText().Contains(hash, StringComparison.Ordinal))
        {
            return null;
        }

        if (refused)
        {
            return "decoded";
        }

        return hash == golden.GetProperty("sha256_rgb").GetString() ? null : "pixels";
    }

    private static Dictionary<string, string> ReadDifferences()
    {
        using Stream stream = typeof(OtherFormatsParityTests).Assembly.GetManifestResourceStream("imagesharp-differences.txt")!;
        using var reader = new StreamReader(stream);
        var differences = new Dictionary<string, string>();
        string outcome = string.Empty;
        while (reader.ReadLine() is { } line)
        {
            // "[outcome] reason" begins a group of files; what follows a "#" is a remark.
            if (line.StartsWith('['))
            {
                outcome = line[1..line.IndexOf(']', StringComparison.Ordinal)];
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                differences.Add(line, outcome);
            }
        }

        return differences;
    }
}
