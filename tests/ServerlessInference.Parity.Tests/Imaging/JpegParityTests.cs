using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Formats.Jpeg;

namespace ServerlessInference.Parity.Tests.Imaging;

/// <summary>
/// The JPEG tests that <see cref="DecodeParityTests"/> does not cover: scaled decoding, headers, and damaged real photographs.
/// </summary>
public sealed class JpegParityTests
{
    private const string MutantsVariable = "SERVERLESS_INFERENCE_FUZZ_MUTANTS";
    private const int MaxPixels = 3_000_000;

    /// <summary>
    /// What no damaged file may take. Milliseconds are usual; only work without bound takes this long, also on a slow, busy or emulated
    /// machine.
    /// </summary>
    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(1);

    [Fact]
    public void Identify_EveryReferenceJpeg_EqualsPillow()
    {
        var decoder = new JpegDecoder();
        int compared = 0;
        foreach (JsonElement golden in Goldens())
        {
            if (!golden.TryGetProperty("oriented_size", out JsonElement size) || size.ValueKind != JsonValueKind.Array)
            {
                continue;
            }

            ImageInfo info = decoder.Identify(Read(golden));

            int orientation = golden.GetProperty("exif_orientation").GetInt32();
            Assert.Equal((size[0].GetInt32(), size[1].GetInt32(), orientation), (info.Width, info.Height, info.Orientation));
            compared++;
        }

        Assert.True(compared > 0, "Nothing was compared.");
    }

    [Fact]
    public void Decode_Scaled_IsCloseToTheAverageOfFullSize()
    {
        var decoder = new JpegDecoder();
        byte[] encoded = File.ReadAllBytes(Reference.File("images", "photos", "bus.jpg"));
        var full = new ImageBuffer();
        decoder.Decode(encoded, new ImageDecodeOptions(), full);
        foreach (int factor in new[] { 2, 4, 8 })
        {
            var scaled = new ImageBuffer();
            decoder.Decode(encoded, new ImageDecodeOptions { ScaleToShorterSide = (full.Width + factor - 1) / factor }, scaled);

            Assert.Equal(((full.Width + factor - 1) / factor, (full.Height + factor - 1) / factor), (scaled.Width, scaled.Height));

            // The averages of the transform differ by about one grey level from those of rounded, clipped and upsampled pixels.
            Assert.InRange(MeanDifference(full, scaled, factor), 0, 1.5);
        }
    }

    [Fact]
    public void Decode_MutantsOfReferenceJpegs_AreDecodedOrRejected()
    {
        byte[][] files = [.. Goldens().Select(Read).Where(file => file.Length < 200_000)];
        int count = Environment.GetEnvironmentVariable(MutantsVariable) is { Length: > 0 } set
            ? int.Parse(set, CultureInfo.InvariantCulture)
            : 1000;
        var decoder = new JpegDecoder();
        var image = new ImageBuffer();
        var options = new ImageDecodeOptions { MaxPixels = MaxPixels };
        var random = new Random(7);
        for (int i = 0; i < count; i++)
        {
            byte[] mutant = Mutate(files[random.Next(files.Length)], random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            try
            {
                decoder.Decode(mutant, options, image);
            }
            catch (InvalidImageException)
            {
                // One of the two allowed outcomes.
            }

            Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, HangLimit);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxPixels * 64L);
        }
    }

    private static IEnumerable<JsonElement> Goldens() =>
        from image in ImageGolden.Read("golden", "images", "decode.json").GetProperty("images").EnumerateArray()
        let file = image.GetProperty("file").GetString()!
        where file.EndsWith(".jpg", StringComparison.Ordinal) || file.EndsWith(".jpeg", StringComparison.Ordinal)
        select image;

    private static byte[] Read(JsonElement golden) => File.ReadAllBytes(Reference.File(golden.GetProperty("file").GetString()!.Split('/')));

    private static byte[] Mutate(byte[] file, Random random)
    {
        byte[] mutant = [.. file];
        for (int n = random.Next(1, 12); n > 0; n--)
        {
            // Half of the damage is in the first kilobyte, which has the headers.
            int at = random.Next(2, random.Next(2) == 0 ? Math.Min(1024, mutant.Length) : mutant.Length);
            mutant[at] = random.Next(4) == 0 ? (byte)0xFF : (byte)random.Next(256);
        }

        return random.Next(10) == 0 ? mutant[..random.Next(mutant.Length)] : mutant;
    }

    private static double MeanDifference(ImageBuffer full, ImageBuffer scaled, int factor)
    {
        double sum = 0;
        int values = 0;
        for (int y = 0; y < full.Height / factor; y++)
        {
            for (int i = 0; i < full.Width / factor * ImageBuffer.Channels; i++)
            {
                int x = i / ImageBuffer.Channels * factor;
                int average = 0;
                for (int n = 0; n < factor * factor; n++)
                {
                    average += full.Row((y * factor) + (n / factor))[
                        ((x + (n % factor)) * ImageBuffer.Channels) + (i % ImageBuffer.Channels)];
                }

                sum += Math.Abs(scaled.Row(y)[i] - ((double)average / (factor * factor)));
                values++;
            }
        }

        return sum / values;
    }
}
