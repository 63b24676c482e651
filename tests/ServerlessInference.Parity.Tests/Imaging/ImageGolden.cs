using System.Security.Cryptography;
using System.Text.Json;
using ServerlessInference.Vision.Imaging;

namespace ServerlessInference.Parity.Tests.Imaging;

/// <summary>Reads golden files about images, and the images that they are about.</summary>
internal static class ImageGolden
{
    /// <summary>The decoder under test. What it cannot decode is skipped, and the skip says so: a new format is covered as soon as it can.</summary>
    internal static readonly ImageDecoder Decoder = new();

    internal static JsonElement Read(params string[] parts) => JsonDocument.Parse(File.ReadAllBytes(Reference.File(parts))).RootElement;

    internal static ImageBuffer Decode(string path)
    {
        byte[] encoded = File.ReadAllBytes(Reference.File(path.Split('/')));
        ImageFormat format = ImageFormatDetector.Detect(encoded);
        if (!Decoder.CanDecode(format))
        {
            Assert.Skip($"{path} is a {format}, which this package does not decode.");
        }

        var image = new ImageBuffer();
        Decoder.Decode(encoded, new ImageDecodeOptions(), image);
        return image;
    }

    internal static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
