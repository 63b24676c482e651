using System.Security.Cryptography;
using System.Text.Json;
using ServerlessInference.Imaging;

namespace ServerlessInference.Parity.Tests.Imaging;

/// <summary>Reads golden files about images, and the images themselves.</summary>
internal static class ImageGolden
{
    /// <summary>The decoder under test: the library's own formats, and those of the ImageSharp adapter.</summary>
    internal static readonly ImageDecoder Decoder = new([new ServerlessInference.Imaging.ImageSharp.ImageSharpDecoder()]);

    internal static JsonElement Read(params string[] parts) => JsonDocument.Parse(File.ReadAllBytes(Reference.File(parts))).RootElement;

    internal static ImageBuffer Decode(string path)
    {
        byte[] encoded = File.ReadAllBytes(Reference.File(path.Split('/')));
        var image = new ImageBuffer();
        Decoder.Decode(encoded, new ImageDecodeOptions(), image);
        return image;
    }

    internal static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
