using System.Globalization;

namespace ServerlessInference.Imaging.ImageSharp.Tests;

/// <summary>Damaged files: only <see cref="InvalidImageException"/> may come out, and nothing that is cut off may be made up.</summary>
public sealed class DamagedFileTests
{
    private const string MutantsVariable = "SERVERLESS_INFERENCE_FUZZ_MUTANTS";

    // What the Huffman tables of a damaged lossless WebP may take; nothing of ours bounds them (the README says so).
    private const long MaxBytes = 2_000_000_000;

    private static readonly ImageDecodeOptions Options = new() { MaxPixels = 1_000_000 };
    private static readonly byte[][] Files = [.. EncodedImages.CreateAll()];

    private readonly ImageSharpDecoder _decoder = new();
    private readonly ImageBuffer _buffer = new();

    public static TheoryData<int> FileNumbers => [.. Enumerable.Range(0, Files.Length)];

    [Theory]
    [MemberData(nameof(FileNumbers))]
    public void Decode_EveryBeginningOfAFile_IsRefusedOrGivesAllPixels(int file)
    {
        byte[] whole = Files[file];
        byte[]? pixels = TryDecode(whole) ? _buffer.Pixels.ToArray() : null;
        int refused = 0;
        for (int length = 0; length < whole.Length; length++)
        {
            if (TryDecode(whole[..length]))
            {
                Assert.Equal(pixels, _buffer.Pixels.ToArray());
            }
            else
            {
                refused++;
            }
        }

        // What follows the pixels may be missing: a directory of other metadata, a trailer.
        Assert.InRange(refused, whole.Length * 3 / 4, whole.Length);
    }

    [Fact]
    public void Decode_Mutants_GiveAnImageOrInvalidInput()
    {
        string? set = Environment.GetEnvironmentVariable(MutantsVariable);
        int count = string.IsNullOrEmpty(set) ? 3000 : int.Parse(set, CultureInfo.InvariantCulture);
        var random = new Random(11);
        int decoded = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] mutant = Mutate(Files[random.Next(Files.Length)], random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            decoded += TryDecode(mutant) ? 1 : 0;
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxBytes);
        }

        Assert.InRange(decoded, 1, count - 1);
    }

    [Fact]
    public void Decode_BitmapWhosePixelsBeginBeyondTheFile_TakesNoMemoryForThem()
    {
        byte[] encoded = EncodedImages.Encode(EncodedImages.CreateSmall(), "bmp palette");
        BitConverter.TryWriteBytes(encoded.AsSpan(10), int.MaxValue);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidImageException>(() => _decoder.Identify(encoded));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact(Timeout = 60_000)]
    public Task Decode_BigTiff_IsUnsupported() => Task.Run(
        () =>
        {
            // A directory with 2^62 entries: ImageSharp reads every one of them.
            byte[] encoded = Convert.FromHexString("49492B00080000001000000000000000" + "0000000000000040" + "0000000000000000");

            var exception = Assert.Throws<InvalidImageException>(() => _decoder.Identify(encoded));

            Assert.Equal(InvalidImageKind.UnsupportedFormat, exception.Kind);
        },
        TestContext.Current.CancellationToken);

    [Fact]
    public void Decode_TiffWithOverlappingValues_IsMalformed()
    {
        // Two entries of 20 bytes each, both at offset 8, in a file of 38 bytes.
        byte[] encoded = Convert.FromHexString(
            "49492A0008000000" + "0200" + "0E0102001400000008000000" + "0F0102001400000008000000" + "00000000");

        var exception = Assert.Throws<InvalidImageException>(() => _decoder.Identify(encoded));

        Assert.Equal(InvalidImageKind.Damaged, exception.Kind);
        Assert.Contains("refer to more data", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_TiffWithFaxCompression_IsUnsupported()
    {
        byte[] encoded = EncodedImages.Encode(EncodedImages.CreateSmall(), "tiff fax");

        var exception = Assert.Throws<InvalidImageException>(() => _decoder.Decode(encoded, Options, _buffer));

        Assert.Equal(InvalidImageKind.UnsupportedFormat, exception.Kind);
        Assert.Contains("compression 4", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_GifWhoseDataEndsEarly_IsMalformed()
    {
        // One pixel, two colours; the LZW data is a clear code (4) and the end code (5), without the pixel.
        byte[] encoded = Convert.FromHexString(
            "474946383961010001008000000000" + "00FFFFFF" + "2C000000000100010000" + "02" + "012C" + "00" + "3B");

        var exception = Assert.Throws<InvalidImageException>(() => _decoder.Decode(encoded, Options, _buffer));

        Assert.Equal(InvalidImageKind.Damaged, exception.Kind);
    }

    [Fact]
    public void Decode_GifWhoseFirstFrameIsBeyondTheScreen_IsMalformed()
    {
        byte[] encoded = EncodedImages.Encode(EncodedImages.CreateSmall(), "gif");
        encoded[6] = 2;

        var exception = Assert.Throws<InvalidImageException>(() => _decoder.Decode(encoded, Options, _buffer));

        Assert.Contains("screen", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_WebpWithTwoImages_IsMalformed()
    {
        byte[] one = EncodedImages.Encode(EncodedImages.CreateSmall(), "webp");
        byte[] two = [.. one, .. one[12..]];
        BitConverter.TryWriteBytes(two.AsSpan(4), two.Length - 8);

        var exception = Assert.Throws<InvalidImageException>(() => _decoder.Decode(two, Options, _buffer));

        Assert.Contains("two images", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_AnimatedWebp_IsUnsupported()
    {
        // VP8X with the animation flag and a canvas of 1 x 1, ANIM without frames.
        byte[] encoded = Convert.FromHexString(
            "52494646" + "24000000" + "57454250" + "56503858" + "0A000000" + "02000000000000000000" +
            "414E494D" + "06000000" + "000000000000");

        var exception = Assert.Throws<InvalidImageException>(() => _decoder.Decode(encoded, Options, _buffer));

        Assert.Equal(InvalidImageKind.UnsupportedFormat, exception.Kind);
    }

    private static byte[] Mutate(byte[] file, Random random)
    {
        byte[] mutant = [.. file];
        for (int n = random.Next(1, 8); n > 0; n--)
        {
            // Half of the damage goes to the beginning, where the headers are.
            int at = random.Next(random.Next(2) == 0 ? Math.Min(256, mutant.Length) : mutant.Length);
            mutant[at] = random.Next(4) switch
            {
                0 => byte.MaxValue,
                1 => 0,
                _ => (byte)random.Next(256),
            };
        }

        return random.Next(10) == 0 ? mutant[..random.Next(mutant.Length)] : mutant;
    }

    private bool TryDecode(byte[] encoded)
    {
        try
        {
            _decoder.Decode(encoded, Options, _buffer);
            return true;
        }
        catch (InvalidImageException)
        {
            return false;
        }
    }
}
