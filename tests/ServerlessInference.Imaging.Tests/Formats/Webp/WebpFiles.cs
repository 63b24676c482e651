using System.Buffers.Binary;

namespace ServerlessInference.Imaging.Tests.Formats.Webp;

/// <summary>Makes small WebP files.</summary>
internal static class WebpFiles
{
    /// <summary>Makes a lossy file whose compressed data is random.</summary>
    /// <remarks>
    /// Arithmetic decoding gives every sequence of bits a meaning, so such a file is valid, and a few of them use all modes, filters,
    /// segments, partitions and kinds of coefficients.
    /// </remarks>
    public static byte[] Lossy(int width, int height, uint seed)
    {
        int macroblocks = (width + 15) / 16 * ((height + 15) / 16);
        int first = 200 + (macroblocks * 40);
        int partition = 1000 + (macroblocks * 100);
        int tag = (first << 5) | 16;
        List<byte> data =
        [
            (byte)tag, (byte)(tag >> 8), (byte)(tag >> 16), 0x9D, 0x01, 0x2A,
            (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8),
        ];
        AddRandom(data, first, ref seed);
        for (int i = 0; i < 7; i++)
        {
            data.AddRange([(byte)partition, (byte)(partition >> 8), (byte)(partition >> 16)]);
        }

        AddRandom(data, 8 * partition, ref seed);
        return Riff(Chunk("VP8 ", [.. data]));
    }

    /// <summary>Makes a lossless file with random pixels, whose codes all have 8 bits.</summary>
    /// <param name="width">The width in pixels.</param>
    /// <param name="height">The height in pixels.</param>
    /// <param name="seed">The start of the random pixels.</param>
    /// <param name="transforms">Which transforms to invert, in this order; see <see cref="Vp8LWriter"/>.</param>
    /// <param name="cacheBits">The size of the colour cache; 0 for none.</param>
    public static byte[] Lossless(int width, int height, uint seed, string transforms = "", int cacheBits = 0)
    {
        var writer = new Vp8LWriter(seed);
        writer.Write(0x2F, 8);
        writer.Write(width - 1, 14);
        writer.Write(height - 1, 14);
        writer.Write(1, 1);
        writer.Write(0, 3);
        writer.WriteBody(width, height, transforms, cacheBits);
        return Riff(Chunk("VP8L", writer.ToArray()));
    }

    /// <summary>Makes the payload of a chunk of compressed transparency.</summary>
    public static byte[] CompressedAlpha(int width, int height, uint seed, int filter)
    {
        var writer = new Vp8LWriter(seed);
        writer.WriteBody(width, height, string.Empty, 0);
        return [(byte)(1 | (filter << 2)), .. writer.ToArray()];
    }

    /// <summary>Makes an extended file.</summary>
    public static byte[] Extended(int width, int height, byte flags, params byte[][] chunks)
    {
        byte[] header =
        [
            flags, 0, 0, 0, .. UInt24(width - 1), .. UInt24(height - 1),
        ];
        return Riff([Chunk("VP8X", header), .. chunks]);
    }

    /// <summary>Gets the only chunk of a simple file.</summary>
    public static byte[] ChunkOf(byte[] simple) => simple[12..];

    public static byte[] Frame(int left, int top, int width, int height, params byte[][] chunks) =>
        Chunk(
            "ANMF",
            [
                .. UInt24(left / 2), .. UInt24(top / 2), .. UInt24(width - 1), .. UInt24(height - 1), 0, 0, 0, 0,
                .. chunks.SelectMany(chunk => chunk),
            ]);

    public static byte[] Chunk(string type, byte[] payload)
    {
        byte[] chunk = new byte[8 + payload.Length + (payload.Length & 1)];
        System.Text.Encoding.ASCII.GetBytes(type, chunk);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(4), payload.Length);
        payload.CopyTo(chunk, 8);
        return chunk;
    }

    public static byte[] Riff(params byte[][] chunks)
    {
        byte[] all = [.. chunks.SelectMany(chunk => chunk)];
        byte[] file = [.. "RIFF\0\0\0\0WEBP"u8, .. all];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), all.Length + 4);
        return file;
    }

    private static byte[] UInt24(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16)];

    private static void AddRandom(List<byte> data, int count, ref uint seed)
    {
        for (int i = 0; i < count; i++)
        {
            seed = (seed * 1664525) + 1013904223;
            data.Add((byte)(seed >> 24));
        }
    }
}
