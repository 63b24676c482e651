using System.Text.Json;
using ServerlessInference.Vision.Imaging;

namespace ServerlessInference.Parity.Tests.Imaging;

/// <summary>Decoded pixels against Pillow 9.4 with libpng and libjpeg-turbo 2.1.5: the same bytes.</summary>
public sealed class DecodeParityTests
{
    [Fact]
    public void Decode_EveryReferenceImage_GivesPillowsBytes()
    {
        int compared = 0;
        List<string> wrong = [];
        foreach (JsonElement image in ImageGolden.Read("golden", "images", "decode.json").GetProperty("images").EnumerateArray())
        {
            string file = image.GetProperty("file").GetString()!;
            byte[] encoded = File.ReadAllBytes(Reference.File(file.Split('/')));
            if (!ImageGolden.Decoder.CanDecode(ImageFormatDetector.Detect(encoded)))
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

        // "exif_error" is the error of Pillow's first load; what it leaves in memory after that is no decoded image.
        bool refused = golden.TryGetProperty("pil_error", out _) || golden.TryGetProperty("exif_error", out _);
        try
        {
            ImageGolden.Decoder.Decode(encoded, new ImageDecodeOptions(), image);
        }
        catch (InvalidInputException exception)
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
