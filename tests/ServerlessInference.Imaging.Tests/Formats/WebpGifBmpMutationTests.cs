using System.Diagnostics;
using System.Globalization;
using ServerlessInference.Imaging.Tests.Formats.Bmp;
using ServerlessInference.Imaging.Tests.Formats.Gif;
using ServerlessInference.Imaging.Tests.Formats.Webp;

namespace ServerlessInference.Imaging.Tests.Formats;

/// <summary>
/// Damaged WebP, GIF and BMP files: each gives an image or an <see cref="InvalidImageException"/>, soon and within its memory.
/// </summary>
public sealed class WebpGifBmpMutationTests
{
    private const string Variable = "SERVERLESS_INFERENCE_FUZZ_MUTANTS";
    private const int MaxPixels = 1_000_000;

    /// <summary>What no damaged file may take. Milliseconds are usual; only work without bound takes this long.</summary>
    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(1);

    [Fact]
    public void Decode_Mutants_AreDecodedOrRejected()
    {
        int count = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set
            ? int.Parse(set, CultureInfo.InvariantCulture)
            : 4000;
        byte[][] files = [.. Seeds()];
        var decoder = new ImageDecoder();
        var image = new ImageBuffer();
        var random = new Random(20261128);
        int decoded = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] mutant = Mutate(files[random.Next(files.Length)], random);
            var options = new ImageDecodeOptions { MaxPixels = MaxPixels, Alpha = (AlphaMode)random.Next(2) };
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            try
            {
                decoder.Decode(mutant, options, image);
                Assert.InRange((long)image.Width * image.Height, 1, MaxPixels);
                decoded++;
            }
            catch (InvalidImageException)
            {
                // One of the two allowed outcomes.
            }

            Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, HangLimit);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxPixels * 128L);
        }

        Assert.InRange(decoded, count / 10, count);
    }

    private static IEnumerable<byte[]> Seeds()
    {
        for (uint seed = 1; seed <= 6; seed++)
        {
            yield return WebpFiles.Lossy(20 + (int)seed, 18, seed);
        }

        foreach (string transforms in (string[])["", "g", "p", "c", "pcg", "1", "2", "3", "4p"])
        {
            yield return WebpFiles.Lossless(21, 13, 3, transforms);
            yield return WebpFiles.Lossless(21, 13, 4, transforms, cacheBits: 4);
        }

        byte[] image = WebpFiles.ChunkOf(WebpFiles.Lossy(16, 9, 8));
        for (int filter = 0; filter < 4; filter++)
        {
            yield return WebpFiles.Extended(
                16, 9, 0x10, WebpFiles.Chunk("ALPH", WebpFiles.CompressedAlpha(16, 9, 5, filter)), image);
        }

        yield return WebpFiles.Extended(20, 20, 0x02, WebpFiles.Chunk("ANIM", new byte[6]), WebpFiles.Frame(2, 4, 16, 9, image));
        byte[] indices = [.. Enumerable.Range(0, 30).Select(i => (byte)(i % 8))];
        yield return GifFiles.Create((6, 5), (0, 0, 6, 5), indices, GifFiles.Palette, interlaced: true, transparent: 2);
        yield return GifFiles.Create((9, 9), (1, 2, 6, 5), indices, null, GifFiles.Palette);
        byte[] palette = [.. Enumerable.Range(0, 64).Select(i => (byte)(i * 5))];
        foreach (int bits in (int[])[1, 4, 8, 16, 24, 32])
        {
            yield return BmpFiles.Create(5, bits == 8 ? -4 : 4, bits, new byte[100], bits <= 8 ? palette : null);
        }

        yield return BmpFiles.Create(7, 3, 8, [3, 1, 0, 0, 0, 3, 1, 2, 3, 0, 0, 2, 1, 1, 2, 5, 0, 1], palette, 1);
        yield return BmpFiles.Create(7, 3, 4, [3, 0x12, 0, 0, 0, 5, 0x12, 0x34, 0x50, 0, 0, 1], palette, 2);
        yield return BmpFiles.Create(2, 2, 32, new byte[16], null, 3, 108, 0xFF0000, 0xFF00, 0xFF, 0xFF000000);
    }

    private static byte[] Mutate(byte[] file, Random random)
    {
        List<byte> bytes = [.. file];
        for (int n = random.Next(1, 5); n > 0 && bytes.Count > 24; n--)
        {
            // Half of the damage is in the headers.
            int at = random.Next(2, random.Next(2) == 0 ? Math.Min(bytes.Count, 80) : bytes.Count);
            switch (random.Next(8))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = random.Next(2) == 0 ? byte.MinValue : byte.MaxValue;
                    break;
                case 2 when random.Next(4) == 0:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 3 when random.Next(4) == 0:
                    int from = random.Next(bytes.Count);
                    bytes.InsertRange(at, bytes.GetRange(from, Math.Min(random.Next(1, 40), bytes.Count - from)));
                    break;
                default:
                    bytes[at] = (byte)random.Next(256);
                    break;
            }
        }

        return [.. bytes];
    }
}
