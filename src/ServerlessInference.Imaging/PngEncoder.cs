using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using ServerlessInference.Imaging.Formats.Png;

namespace ServerlessInference.Imaging;

/// <summary>Encodes images as PNG files: 8-bit RGB, not interlaced, without metadata.</summary>
/// <remarks>
/// <para>Each row is filtered with the filter that minimises the sum of absolute differences (ISO/IEC 15948, clause 12.8), then compressed
/// with the runtime's zlib.</para>
/// <para>Thread-safe and stateless.</para>
/// </remarks>
/// <example>
/// <code>
/// File.WriteAllBytes("boxes.png", PngEncoder.Encode(image));
/// </code>
/// </example>
public static class PngEncoder
{
    private const int Distance = ImageBuffer.Channels;

    /// <summary>Encodes an image and writes the file to a stream.</summary>
    /// <param name="image">The image, which must not be empty.</param>
    /// <param name="destination">Receives the encoded file. The stream is left open.</param>
    /// <param name="level">The compression level.</param>
    /// <exception cref="ArgumentException">The image is empty.</exception>
    public static void Encode(ImageBuffer image, Stream destination, CompressionLevel level = CompressionLevel.Fastest)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(destination);
        if (image.Width == 0 || image.Height == 0)
        {
            throw new ArgumentException("The image is empty. Set its size and pixels first.", nameof(image));
        }

        destination.Write(ImageFormatDetector.PngSignature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Height);
        header[8] = 8;
        header[9] = (byte)PngColorType.Rgb;
        header[10..].Clear();
        WriteChunk(destination, PngChunk.Ihdr, header);
        using var data = new MemoryStream();
        using (var deflater = new ZLibStream(data, level, leaveOpen: true))
        {
            WriteRows(image, deflater);
        }

        WriteChunk(destination, PngChunk.Idat, data.GetBuffer().AsSpan(0, (int)data.Length));
        WriteChunk(destination, PngChunk.Iend, []);
    }

    /// <summary>Encodes an image.</summary>
    /// <param name="image">The image, which must not be empty.</param>
    /// <param name="level">The compression level.</param>
    /// <returns>The encoded file.</returns>
    /// <exception cref="ArgumentException">The image is empty.</exception>
    public static byte[] Encode(ImageBuffer image, CompressionLevel level = CompressionLevel.Fastest)
    {
        using var file = new MemoryStream();
        Encode(image, file, level);
        return file.ToArray();
    }

    private static void WriteChunk(Stream destination, uint type, ReadOnlySpan<byte> data)
    {
        byte[] chunk = ArrayPool<byte>.Shared.Rent(data.Length + 12);
        try
        {
            BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
            BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4), type);
            data.CopyTo(chunk.AsSpan(8));
            uint crc = PngCrc32.Compute(chunk.AsSpan(4, data.Length + 4));
            BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), crc);
            destination.Write(chunk, 0, data.Length + 12);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private static void WriteRows(ImageBuffer image, Stream deflater)
    {
        int stride = image.Stride;
        byte[] candidate = ArrayPool<byte>.Shared.Rent(stride + 1);
        byte[] best = ArrayPool<byte>.Shared.Rent(stride + 1);
        byte[] zeros = ArrayPool<byte>.Shared.Rent(stride);
        try
        {
            zeros.AsSpan(0, stride).Clear();
            for (int y = 0; y < image.Height; y++)
            {
                ReadOnlySpan<byte> above = y == 0 ? zeros.AsSpan(0, stride) : image.Row(y - 1);
                long smallest = long.MaxValue;
                for (int filter = 1; filter <= 4; filter++)
                {
                    candidate[0] = (byte)filter;
                    long sum = Filter(filter, image.Row(y), above, candidate.AsSpan(1, stride));
                    if (sum < smallest)
                    {
                        smallest = sum;
                        (candidate, best) = (best, candidate);
                    }
                }

                deflater.Write(best, 0, stride + 1);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(candidate);
            ArrayPool<byte>.Shared.Return(best);
            ArrayPool<byte>.Shared.Return(zeros);
        }
    }

    // Returns the sum of the absolute differences, as a measure of how well the filtered row will compress.
    private static long Filter(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> filtered)
    {
        long sum = 0;
        for (int i = 0; i < row.Length; i++)
        {
            int a = i < Distance ? 0 : row[i - Distance];
            int b = above[i];
            int c = i < Distance ? 0 : above[i - Distance];
            byte difference = (byte)(row[i] - (filter switch { 1 => a, 2 => b, 3 => (a + b) >> 1, _ => Paeth(a, b, c) }));
            filtered[i] = difference;
            sum += Math.Abs((int)(sbyte)difference);
        }

        return sum;
    }

    private static int Paeth(int a, int b, int c)
    {
        int pa = Math.Abs(b - c);
        int pb = Math.Abs(a - c);
        int pc = Math.Abs(a + b - c - c);
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }
}
