using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ServerlessInference.Imaging.Tests.Formats.Png;

/// <summary>
/// Damaged PNG files are decoded or rejected with an <see cref="InvalidImageException"/>; there is no other outcome.
/// SERVERLESS_INFERENCE_FUZZ_MUTANTS sets the number of files.
/// </summary>
public sealed class PngFuzzTests
{
    private const int DefaultMutants = 4_000;

    [Fact]
    public void Decode_Mutants_AreDecodedOrRejected()
    {
        string? wanted = Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_FUZZ_MUTANTS");
        int mutants = wanted is null ? DefaultMutants : int.Parse(wanted, CultureInfo.InvariantCulture);
        var decoder = new ImageDecoder();
        var image = new ImageBuffer();
        var options = new ImageDecodeOptions { MaxPixels = 1_000_000 };
        byte[][] seeds = [.. Seeds()];
        int decoded = 0;
        long slowest = 0;
        for (int i = 0; i < mutants; i++)
        {
            var random = new Random(i);
            byte[] seed = seeds[i % seeds.Length];
            byte[] mutant = random.Next(2) == 0 ? Mutate(seed, random) : MutateInside(seed, random);
            options.Alpha = (AlphaMode)random.Next(2);
            long start = Stopwatch.GetTimestamp();
            try
            {
                decoder.Decode(mutant, options, image);
                decoded++;
            }
            catch (InvalidImageException)
            {
                // One of the two allowed outcomes.
            }
            catch (Exception exception)
            {
                Assert.Fail($"Mutant {i}: {exception}");
            }

            slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(start).Ticks);
        }

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{mutants} mutants, {decoded} decoded, slowest {TimeSpan.FromTicks(slowest).TotalMilliseconds} ms");
        Assert.True(mutants < 100 || decoded > 0, "No mutant was decoded: the mutations are too coarse.");
    }

    private static IEnumerable<byte[]> Seeds()
    {
        (int BitDepth, int ColorType)[] kinds =
            [(1, 0), (4, 0), (8, 0), (16, 0), (8, 2), (16, 2), (2, 3), (8, 3), (8, 4), (8, 6), (16, 6)];
        foreach ((int bitDepth, int colorType) in kinds)
        {
            foreach (bool interlaced in (IEnumerable<bool>)[false, true])
            {
                var builder = new PngBuilder(23, 19, bitDepth, colorType) { Interlaced = interlaced, DataChunks = 2 };
                if (colorType == 3)
                {
                    builder.Add("PLTE", [.. Enumerable.Range(0, 12).Select(i => (byte)i)]).Add("tRNS", 0, 128);
                }
                else if (colorType is 0 or 2)
                {
                    builder.Add("tRNS", new byte[2 * builder.Channels]);
                }

                yield return builder.Build();
            }
        }
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        List<byte> bytes = [.. seed];
        for (int change = random.Next(1, 5); change > 0; change--)
        {
            int at = random.Next(8, bytes.Count);
            int length = Math.Min(random.Next(1, 20), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(8, bytes.Count - length + 1), length));
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes[at] = random.Next(2) == 0 ? byte.MinValue : byte.MaxValue;
                    break;
            }

            if (bytes.Count < 40)
            {
                break;
            }
        }

        byte[] mutant = [.. bytes];
        if (random.Next(4) != 0)
        {
            FixChecksums(mutant);
        }

        return mutant;
    }

    // Header, palette and raw rows are damaged, but compression and checksums are valid, so that the code after the inflater is reached.
    private static byte[] MutateInside(byte[] seed, Random random)
    {
        byte[] png = [.. seed];
        var compressed = new MemoryStream();
        var mutant = new MemoryStream();
        mutant.Write(png, 0, 8);
        for (int at = 8; at < png.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            string type = Encoding.ASCII.GetString(png, at + 4, 4);
            byte[] data = png[(at + 8)..(at + 8 + length)];
            at += 12 + length;
            if (type == "IDAT")
            {
                compressed.Write(data);
                continue;
            }

            if (type == "IEND")
            {
                PngBuilder.WriteChunk(mutant, "IDAT", PngBuilder.Compress(Damage(Inflate(compressed.ToArray()), random)));
            }
            else if (random.Next(4) == 0 && data.Length > 0)
            {
                data[random.Next(data.Length)] = (byte)random.Next(type == "IHDR" ? 20 : 256);
            }

            PngBuilder.WriteChunk(mutant, type, data);
        }

        return mutant.ToArray();
    }

    private static byte[] Inflate(byte[] compressed)
    {
        var raw = new MemoryStream();
        using var inflater = new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress);
        inflater.CopyTo(raw);
        return raw.ToArray();
    }

    private static byte[] Damage(byte[] raw, Random random)
    {
        for (int change = random.Next(4); change > 0; change--)
        {
            raw[random.Next(raw.Length)] = (byte)random.Next(random.Next(2) == 0 ? 6 : 256);
        }

        return raw[..(random.Next(3) == 0 ? random.Next(raw.Length) : raw.Length)];
    }

    // Otherwise most mutants would end at their first wrong checksum.
    private static void FixChecksums(byte[] png)
    {
        for (int at = 8; at + 12 <= png.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at));
            if (length > png.Length - at - 12)
            {
                return;
            }

            BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(at + 8 + (int)length), PngBuilder.Crc(png.AsSpan(at + 4, 4 + (int)length)));
            at += 12 + (int)length;
        }
    }
}
