using System.Security.Cryptography;
using ServerlessInference.Imaging.Formats.Webp;

namespace ServerlessInference.Imaging.Tests.Formats.Webp;

public sealed class WebpDecoderTests
{
    private readonly WebpDecoder _decoder = new();
    private readonly ImageBuffer _image = new();

    /// <summary>The digests are those of the pixels that libwebp 1.2.4 (WebPDecodeRGB) decodes from the same files.</summary>
    [Theory]
    [InlineData(1, 8, 14, "3712342499c79360501c33cf3d3e220cf082291fa2a112bab341edcdcd454ac3")]
    [InlineData(2, 15, 27, "8dac5e23c978a29eaa57280028de32187ff716ade5c5d50f72b309c44c6a0445")]
    [InlineData(3, 22, 40, "6e11092aeafc0393026f0135dacc904e7234ac240d2d71ed5c0734e247340a6b")]
    [InlineData(5, 36, 66, "b32ea2d06f862c4d6f6cf3e3bf331a49ceb9b9c301ae9d115e727ec54338a91f")]
    [InlineData(8, 57, 35, "6bf78837785f2c8518dcd75288e143df093b083f711ef0863483d5a0302aa9f5")]
    [InlineData(12, 85, 17, "349c8538b18e623cb7ee4852115daa296296a8918c3f9500f65fa53d13159b36")]
    [InlineData(13, 2, 30, "6cb5d32db1ecf458a70810aad76bd3301f387b7262fb31aea23fd96de087c6b3")]
    [InlineData(21, 58, 64, "0342aceb3f605e3f8167ab7e73bc732c072daaa59685d61b8df85c2f89687ec4")]
    [InlineData(34, 59, 23, "9a450e714a6c8027060461807777ddeeec1823059936893973f7496773898b40")]
    [InlineData(37, 80, 62, "60d69fc42b398cf996f7cb915eeea7926bac1a471f8283ff2a286a0eb5cc0dba")]
    [InlineData(55, 26, 16, "859a3be89748f9d46094003e8f772e6504534ff7f6fb8cad71f40bacfbb82c3f")]
    [InlineData(89, 84, 38, "741c98046faa553a85faa79f106c09b88ffc5cdfade37f9d48e7d7d26b81db34")]
    [InlineData(144, 19, 53, "882f6dc126fe22c70b9f232d2dba2214f3cfdeb3cf5eebdc2e059fbe78f06bb2")]
    [InlineData(233, 12, 20, "9b2e5350e7f9e4ce3f86aefd68b6f41761e84ead94c2dd9d37287645fe15ac36")]
    [InlineData(377, 30, 2, "df4f38953d08e7990b0c92aa77d7507da84c38fe1a717beb96e0e7328f8a13f5")]
    public void Decode_RandomLossyData_EqualsLibwebp(uint seed, int width, int height, string expected)
    {
        Decode(WebpFiles.Lossy(width, height, seed));

        Assert.Equal((width, height), (_image.Width, _image.Height));
        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData(_image.Pixels)));
    }

    /// <summary>The digests are those of the pixels that libwebp 1.2.4 (WebPDecodeRGB) decodes from the same files.</summary>
    [Theory]
    [InlineData("1", 0, "8ac9c6ccda056b45c2af8ab4a0c983affad50c70173bd1a7403c7a356863c0c8")]
    [InlineData("1", 5, "9910db9956226842c61be0bf66143bd314287a2248a1ae9d4fe0dc6be8f9d439")]
    [InlineData("2", 0, "61ce3219bdc53f8e90b6bc630c45b8ac5fb2d8eb0faca06fe158725911fa7cc0")]
    [InlineData("2", 5, "a248dce31e1d5b2c0e72097ec06e5d45a5e310f5066b907a0e746d28a21e0506")]
    [InlineData("3", 0, "77bd3526a9f53d9e7fedb330a79933228d3ab8243592a8aabee4e395d216a39b")]
    [InlineData("3", 5, "6c03ee7bcd032dd1603debfd0f8ee5ad5700a15385543cd01f4463708a25613d")]
    [InlineData("4p", 0, "67aa86646f0bdbb77ad73db61ca517a5cfe65232d01cc74f492e4ed68d1e0a84")]
    [InlineData("4p", 5, "bb46d3bd10b9b3b0462b8b29ddb43381a3364b06fa628ebd8755a15e42e9c9bf")]
    [InlineData("", 0, "df71df8dc586fb0ef43bf507eec366614d96adbc0fb31a03d615440f8d65f907")]
    [InlineData("", 5, "c04e521dc0432678a160f0ce7bee3b666862920351da2a2c95ffdb85cc1fc666")]
    [InlineData("c", 0, "2b88a2fb9f2d9b4810c5e18baf11b7d770bd59296f9b46bc80c55637984b9cb1")]
    [InlineData("c", 5, "8b8d429dd6b5b8d747a7f824a738725d6f768941388a5d231ab99c765ae9d09d")]
    [InlineData("g", 0, "794852de8d70041782d7abfa13ec2aace8fdb6487af48274fef4de1159f430c0")]
    [InlineData("g", 5, "b4014607757965f8403529eb6db0f587b806b798211e7e3f12a1f552c3d0bca2")]
    [InlineData("p", 0, "ce00e9e46d908897da785280c2a370cddccd6c5746d8aed6b3b4f7a0d6a7e5ea")]
    [InlineData("p", 5, "ead2e6ab1ee1fe3bed8e44176804eac2a489bd6ef1afbc63eb021a45949f0d63")]
    [InlineData("pcg", 0, "44e10bd99e7edc53a5bc0a093666ee5b10430387af6e91afcaa1de3194774a15")]
    [InlineData("pcg", 5, "79d2ad366dbfd5de42cb566c31b7c742f2225522f63d5225a90c7f3ef15f2fa4")]
    public void Decode_RandomLosslessData_EqualsLibwebp(string transforms, int cacheBits, string expected)
    {
        Decode(WebpFiles.Lossless(61, 47, 21, transforms, cacheBits));

        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData(_image.Pixels)));
    }

    [Fact]
    public void Decode_AfterRejectedFile_IsNotAffected()
    {
        byte[] whole = WebpFiles.Lossy(50, 40, 7);
        Decode(whole);
        byte[] expected = _image.Pixels.ToArray();
        byte[] payload = WebpFiles.ChunkOf(whole)[8..^2000];
        Assert.Throws<InvalidImageException>(() => Decode(WebpFiles.Riff(WebpFiles.Chunk("VP8 ", payload[..(payload.Length / 3)]))));

        Decode(whole);

        Assert.Equal(expected, _image.Pixels.ToArray());
    }

    [Theory]
    [InlineData(2, 50, 40)]
    [InlineData(6, 40, 50)]
    public void Decode_Exif_AppliesOrientation(byte orientation, int width, int height)
    {
        byte[] exif = [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0];
        byte[] image = WebpFiles.ChunkOf(WebpFiles.Lossy(50, 40, 7));

        Decode(WebpFiles.Extended(50, 40, 0x08, image, WebpFiles.Chunk("EXIF", exif)));

        Assert.Equal((width, height), (_image.Width, _image.Height));
        Assert.Equal(
            new ImageInfo(ImageFormat.Webp, width, height, orientation),
            _decoder.Identify(WebpFiles.Extended(50, 40, 0x08, image, WebpFiles.Chunk("EXIF", exif))));
    }

    [Fact]
    public void Decode_Animation_PlacesFirstFrameOnBlack()
    {
        byte[] image = WebpFiles.ChunkOf(WebpFiles.Lossy(6, 4, 3));
        Decode(WebpFiles.Lossy(6, 4, 3));
        byte[] frame = _image.Pixels.ToArray();

        Decode(WebpFiles.Extended(
            10, 8, 0x02, WebpFiles.Chunk("ANIM", new byte[6]), WebpFiles.Frame(2, 4, 6, 4, image), WebpFiles.Frame(0, 0, 6, 4, image)));

        Assert.Equal((10, 8), (_image.Width, _image.Height));
        for (int y = 0; y < 8; y++)
        {
            byte[] expected = new byte[30];
            if (y >= 4)
            {
                frame.AsSpan((y - 4) * 18, 18).CopyTo(expected.AsSpan(6));
            }

            Assert.Equal(expected, _image.Row(y).ToArray());
        }
    }

    [Fact]
    public void Decode_RawAlphaComposed_BlendsWithBackground()
    {
        byte[] image = WebpFiles.ChunkOf(WebpFiles.Lossy(3, 1, 5));
        byte[] file = WebpFiles.Extended(3, 1, 0x10, WebpFiles.Chunk("ALPH", [0, 0, 255, 0]), image);
        Decode(file);
        byte[] opaque = _image.Pixels.ToArray();

        _decoder.Decode(file, new ImageDecodeOptions { Alpha = AlphaMode.Compose, Background = 0x102030 }, _image);

        Assert.Equal([0x10, 0x20, 0x30, opaque[3], opaque[4], opaque[5], 0x10, 0x20, 0x30], _image.Pixels.ToArray());
    }

    [Fact]
    public void Decode_SecondTime_AllocatesNothing()
    {
        byte[] lossy = WebpFiles.ChunkOf(WebpFiles.Lossy(60, 50, 4));
        byte[] alpha = WebpFiles.Chunk("ALPH", WebpFiles.CompressedAlpha(60, 50, 5, filter: 3));
        byte[][] files =
        [
            WebpFiles.Lossy(200, 100, 9),
            WebpFiles.Lossless(60, 50, 9, "pg"),
            WebpFiles.Lossless(60, 50, 9, "4p", cacheBits: 4),
            WebpFiles.Extended(60, 50, 0x10, alpha, lossy),
            WebpFiles.Extended(80, 70, 0x02, WebpFiles.Chunk("ANIM", new byte[6]), WebpFiles.Frame(2, 4, 60, 50, lossy)),
        ];

        Assert.InRange(Allocations.Least(() => Array.ForEach(files, Decode)), 0, 1024);
    }

    [Theory]
    [InlineData(50 * 40, 50, true)]
    [InlineData((50 * 40) - 1, 50, false)]
    [InlineData(50 * 40, 49, false)]
    public void Decode_SizeAtLimit_IsAcceptedAndBeyondRejected(long maxPixels, int maxDimension, bool accepted)
    {
        var options = new ImageDecodeOptions { MaxPixels = maxPixels, MaxDimension = maxDimension };

        Exception? exception = Record.Exception(() => _decoder.Decode(WebpFiles.Lossy(50, 40, 7), options, _image));

        Assert.Equal(accepted, exception is null);
        Assert.True(accepted || exception is InvalidImageException { Kind: InvalidImageKind.TooLarge });
    }

    private void Decode(byte[] file) => _decoder.Decode(file, new ImageDecodeOptions(), _image);
}
