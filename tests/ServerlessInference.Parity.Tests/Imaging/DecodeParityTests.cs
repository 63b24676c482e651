using System.Text.Json;
using ServerlessInference.Imaging;

namespace ServerlessInference.Parity.Tests.Imaging;

/// <summary>Compares decoded pixels with Pillow 9.4, which uses libpng and libjpeg-turbo 2.1.5: the bytes are equal.</summary>
public sealed class DecodeParityTests
{
    // Equality is promised only for JPEG and PNG, not for the formats of adapters.
    private static readonly ImageDecoder Own = new();

    [Fact]
    public void Decode_EveryReferenceImage_EqualsPillow()
    {
        int compared = 0;
        List<string> wrong = [];
        foreach (JsonElement image in ImageGolden.Read("golden", "images", "decode.json").GetProperty("images").EnumerateArray())
        {
            string file = image.GetProperty("file").GetString()!;
            byte[] encoded = File.ReadAllBytes(Reference.File(file.Split('/')));
            if (!Own.CanDecode(ImageFormatDetector.Detect(encoded)))
            {
                TestContext.Current.TestOutputHelper!.WriteLine($"not decoded by this package: {file}");
                continue;
            }

            compared++;
            string? difference = Compare(image, encoded);
            if (difference is not null)
            {
                wrong.Add($"{file}: {difference}");
            }
        }

        Assert.True(compared > 0, "Nothing was compared.");
        Assert.Empty(wrong);
    }

    private static string? Compare(JsonElement golden, byte[] encoded)
    {
        var image = new ImageBuffer();

        // "exif_error" is the error of Pillow's first load. What it leaves in memory after that is not a decoded image.
        bool refused = golden.TryGetProperty("pil_error", out _) || golden.TryGetProperty("exif_error", out _);
        try
        {
            Own.Decode(encoded, new ImageDecodeOptions(), image);
        }
        catch (InvalidImageException exception)
        {
            // Left out of the golden file for its size: 65,536 pixels a side.
            return refused || golden.TryGetProperty("skipped_decode", out _) ? null : $"refused: {exception.Message}";
        }

        if (refused)
        {
            return "decoded, where Pillow refuses";
        }

        int width = golden.GetProperty("oriented_size")[0].GetInt32();
        int height = golden.GetProperty("oriented_size")[1].GetInt32();
        return (width, height) != (image.Width, image.Height)
            ? $"{image.Width} x {image.Height}; expected {width} x {height}"
            : ImageGolden.Hash(image.Pixels) != golden.GetProperty("sha256_rgb").GetString() ? "other pixels" : null;
    }
}
