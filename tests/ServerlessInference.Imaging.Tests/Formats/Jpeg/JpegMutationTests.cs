using System.Diagnostics;
using System.Globalization;
using ServerlessInference.Imaging.Formats.Jpeg;

namespace ServerlessInference.Imaging.Tests.Formats.Jpeg;

/// <summary>Decodes damaged files: each gives an image or an <see cref="InvalidImageException"/>, soon and within its memory.</summary>
public sealed class JpegMutationTests
{
    private const string Variable = "SERVERLESS_INFERENCE_FUZZ_MUTANTS";
    private const int MaxPixels = 1_000_000;

    /// <summary>
    /// What no damaged file may take. Milliseconds are usual; only work without bound takes this long, also on a slow, busy or emulated
    /// machine.
    /// </summary>
    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(1);

    [Fact]
    public void Decode_Mutants_AreDecodedOrRejected()
    {
        int count = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set
            ? int.Parse(set, CultureInfo.InvariantCulture)
            : 4000;
        byte[][] files = [.. JpegFiles.Names.Select(JpegFiles.Read)];
        var decoder = new JpegDecoder();
        var image = new ImageBuffer();
        var random = new Random(20261120);
        int decoded = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] mutant = Mutate(files[random.Next(files.Length)], random);
            var options = new ImageDecodeOptions { MaxPixels = MaxPixels, ScaleToShorterSide = random.Next(4) == 0 ? 4 : 0 };
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

    private static byte[] Mutate(byte[] file, Random random)
    {
        List<byte> bytes = [.. file];
        for (int n = random.Next(1, 6); n > 0 && bytes.Count > 8; n--)
        {
            int at = random.Next(2, bytes.Count);
            switch (random.Next(8))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = 0xFF;
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 30), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, [(byte)0xFF, (byte)random.Next(0xC0, 0x100)]);
                    break;
                case 4 when random.Next(4) == 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 5:
                    int from = random.Next(bytes.Count);
                    bytes.InsertRange(at, bytes.GetRange(from, Math.Min(random.Next(1, 60), bytes.Count - from)));
                    break;
                default:
                    bytes[at] = (byte)random.Next(256);
                    break;
            }
        }

        return [.. bytes];
    }
}
