using System.Text.Json;
using ServerlessInference.Imaging;

namespace ServerlessInference.Parity.Tests.Imaging;

/// <summary>
/// Compares WebP, GIF and BMP with Pillow 9.4, which uses libwebp 1.2.4: the bytes are equal, and the same damaged files are refused.
/// </summary>
/// <remarks>
/// Some golden files list further right answers, where Pillow departs from the format or refuses a sound file. For those, one of them is
/// required.
/// </remarks>
public sealed class WebpGifBmpParityTests
{
    private static readonly ImageDecoder Decoder = new();

    [Theory]
    [InlineData("webp")]
    [InlineData("gif")]
    [InlineData("bmp")]
    public void Decode_EveryReferenceImage_EqualsPillow(string format)
    {
        int compared = 0;
        List<string> wrong = [];
        foreach (JsonElement golden in Goldens(format))
        {
            string file = golden.GetProperty("file").GetString()!;
            compared++;
            string? difference = Compare(golden, File.ReadAllBytes(Reference.File(file.Split('/'))));
            if (difference is not null)
            {
                wrong.Add($"{file}: {difference}");
            }
        }

        Assert.True(compared > 0, "Nothing was compared.");
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("webp")]
    [InlineData("gif")]
    [InlineData("bmp")]
    public void Decode_TransparentReferenceImages_HaveTheAlphaOfPillow(string format)
    {
        int compared = 0;
        List<string> wrong = [];
        foreach (JsonElement golden in Goldens(format))
        {
            string file = golden.GetProperty("file").GetString()!;
            if (!golden.TryGetProperty("sha256_rgba", out JsonElement expected) || golden.TryGetProperty("accept_rgb", out _))
            {
                continue;
            }

            compared++;
            if (ImageGolden.Hash(DecodeRgba(File.ReadAllBytes(Reference.File(file.Split('/'))))) != expected.GetString())
            {
                wrong.Add(file);
            }
        }

        Assert.True(compared > 0, "Nothing was compared.");
        Assert.Empty(wrong);
    }

    private static JsonElement.ArrayEnumerator Goldens(string format) =>
        ImageGolden.Read("golden", "images", $"decode_{format}.json").GetProperty("images").EnumerateArray();

    private static string? Compare(JsonElement golden, byte[] encoded)
    {
        var image = new ImageBuffer();
        bool refused = golden.TryGetProperty("pil_error", out _);
        bool hasOthers = golden.TryGetProperty("accept_rgb", out JsonElement others);
        try
        {
            Decoder.Decode(encoded, new ImageDecodeOptions(), image);
        }
        catch (InvalidImageException exception)
        {
            // Some are left out of the golden file for their size.
            bool expected = (refused && !hasOthers) || golden.TryGetProperty("skipped_decode", out _);
            return expected ? null : $"refused: {exception.Message}";
        }

        string hash = ImageGolden.Hash(image.Pixels);
        if (hasOthers && others.GetRawText().Contains(hash, StringComparison.Ordinal))
        {
            return null;
        }

        if (refused)
        {
            return "decoded, where Pillow refuses";
        }

        return hash == golden.GetProperty("sha256_rgb").GetString() ? null : "other pixels";
    }

    // Over white instead of black, each level is higher by exactly 255 minus alpha.
    private static byte[] DecodeRgba(byte[] encoded)
    {
        var pixels = new ImageBuffer();
        var black = new ImageBuffer();
        var white = new ImageBuffer();
        Decoder.Decode(encoded, new ImageDecodeOptions(), pixels);
        Decoder.Decode(encoded, new ImageDecodeOptions { Alpha = AlphaMode.Compose, Background = 0 }, black);
        Decoder.Decode(encoded, new ImageDecodeOptions { Alpha = AlphaMode.Compose, Background = 0xFFFFFF }, white);
        byte[] rgba = new byte[pixels.Width * pixels.Height * 4];
        for (int i = 0, from = 0; i < rgba.Length; i += 4, from += 3)
        {
            pixels.Pixels.Slice(from, 3).CopyTo(rgba.AsSpan(i));
            rgba[i + 3] = (byte)(255 - (white.Pixels[from] - black.Pixels[from]));
        }

        return rgba;
    }
}
