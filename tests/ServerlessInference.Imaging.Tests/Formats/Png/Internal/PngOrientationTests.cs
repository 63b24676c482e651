using System.Text;
using ServerlessInference.Imaging.Formats.Png;

namespace ServerlessInference.Imaging.Tests.Formats.Png.Internal;

/// <summary>Where the orientation of a PNG is found. The order is that of Pillow's <c>exif_transpose</c>.</summary>
public sealed class PngOrientationTests
{
    private const string Xmp6 = """<rdf:Description tiff:Orientation="6"/>""";

    private static readonly byte[] Tiff8 = [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0];

    private static readonly byte[] TiffWithoutOrientation =
        [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x13, 1, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0];

    [Theory]
    [InlineData("tEXt")]
    [InlineData("zTXt")]
    [InlineData("iTXt")]
    [InlineData("compressed iTXt")]
    public void Identify_XmpInAnyKindOfText_IsRead(string kind) => Assert.Equal(6, Identify(Text(kind, "XML:com.adobe.xmp", Xmp6)));

    [Theory]
    [InlineData("<tiff:Orientation>3</tiff:Orientation>", 3)]
    [InlineData("tiff:Orientation tiff:Orientation=\"5\"", 5)]
    [InlineData("tiff:Orientation=\"9\" tiff:Orientation=\"5\"", 1)]
    [InlineData("tiff:Orientation=\"", 1)]
    [InlineData("nothing", 1)]
    public void Identify_Xmp_IsReadLikePillow(string xmp, int expected) =>
        Assert.Equal(expected, Identify(Text("iTXt", "XML:com.adobe.xmp", xmp)));

    [Theory]
    [InlineData("tEXt")]
    [InlineData("zTXt")]
    public void Identify_RawProfile_IsRead(string kind) =>
        Assert.Equal(8, Identify(Text(kind, "Raw profile type exif", Profile([.. "Exif\0\0"u8, .. Tiff8]))));

    [Fact]
    public void Identify_PrefixedExif_IsRead() => Assert.Equal(8, Identify(("eXIf", [.. "Exif\0\0"u8, .. "Exif\0\0"u8, .. Tiff8])));

    [Fact]
    public void Identify_ExifAndXmp_ExifWins() => Assert.Equal(8, Identify(Text("iTXt", "XML:com.adobe.xmp", Xmp6), ("eXIf", Tiff8)));

    [Fact]
    public void Identify_ExifWithoutOrientationAndXmp_XmpIsRead() =>
        Assert.Equal(6, Identify(("eXIf", TiffWithoutOrientation), Text("iTXt", "XML:com.adobe.xmp", Xmp6)));

    [Fact]
    public void Identify_ExifWithoutOrientationAndProfile_ProfileIsIgnored() =>
        Assert.Equal(1, Identify(("eXIf", TiffWithoutOrientation), Text("tEXt", "Raw profile type exif", Profile(Tiff8))));

    [Theory]
    [InlineData("Raw profile type exif", "no lines")]
    [InlineData("Raw profile type exif", "\nexif\n 2\nzz")]
    [InlineData("Raw profile type iptc", "\nexif\n 2\n0000")]
    public void Identify_OtherText_IsNormal(string keyword, string text) => Assert.Equal(1, Identify(Text("tEXt", keyword, text)));

    [Fact]
    public void Identify_DamagedCompressedText_IsNormal() =>
        Assert.Equal(1, Identify(("zTXt", [.. "XML:com.adobe.xmp"u8, 0, 0, 1, 2, 3])));

    [Fact]
    public void Identify_EveryTruncation_NeverThrowsAnythingElse()
    {
        byte[] png = Build(Text("compressed iTXt", "XML:com.adobe.xmp", Xmp6), Text("zTXt", "Raw profile type exif", Profile(Tiff8)));
        for (int length = 8; length < png.Length; length++)
        {
            Assert.InRange(PngOrientation.Find(png.AsSpan(8..length)), 1, 8);
        }
    }

    [Theory]
    [InlineData("png_xmp6.png")]
    [InlineData("png_rawprofile6.png")]
    [InlineData("png_exif6_header.png")]
    public void Decode_Case_TurnsTheImage(string file)
    {
        byte[] png = File.ReadAllBytes(Cases.File("vision", file));
        var stored = new ImageBuffer();
        var turned = new ImageBuffer();

        new ImageDecoder().Decode(png, new ImageDecodeOptions { ApplyOrientation = false }, stored);
        new ImageDecoder().Decode(png, new ImageDecodeOptions(), turned);

        Assert.Equal(6, new ImageDecoder().Identify(png).Orientation);
        Assert.Equal((stored.Height, stored.Width), (turned.Width, turned.Height));

        // Turned clockwise by 90 degrees, the lower left corner is at the upper left.
        Assert.Equal(stored.Pixels.Slice((stored.Height - 1) * stored.Stride, 3), turned.Pixels[..3]);
    }

    private static int Identify(params (string Type, byte[] Data)[] chunks) => new ImageDecoder().Identify(Build(chunks)).Orientation;

    private static byte[] Build(params (string Type, byte[] Data)[] chunks)
    {
        var builder = new PngBuilder(4, 2, 8, 2);
        Array.ForEach(chunks, chunk => builder.AddAfterData(chunk.Type, chunk.Data));
        return builder.Build();
    }

    private static (string Type, byte[] Data) Text(string kind, string keyword, string text)
    {
        byte[] name = [.. Encoding.Latin1.GetBytes(keyword), 0], content = Encoding.UTF8.GetBytes(text);
        return kind switch
        {
            "tEXt" => (kind, [.. name, .. content]),
            "zTXt" => (kind, [.. name, 0, .. PngBuilder.Compress(content)]),
            "iTXt" => (kind, [.. name, 0, 0, .. "en\0"u8, .. "key\0"u8, .. content]),
            _ => ("iTXt", [.. name, 1, 0, 0, 0, .. PngBuilder.Compress(content)]),
        };
    }

    private static string Profile(byte[] exif) =>
        $"\nexif\n{exif.Length,8}\n{string.Join('\n', Convert.ToHexStringLower(exif).Chunk(72).Select(line => new string(line)))}\n";
}
