using System.Buffers.Binary;

namespace ServerlessInference.Imaging.Formats.Png;

/// <summary>One chunk of a PNG file. Its checksum has been verified.</summary>
internal readonly ref struct PngChunk
{
    public const uint Ihdr = 0x49484452;
    public const uint Plte = 0x504C5445;
    public const uint Idat = 0x49444154;
    public const uint Iend = 0x49454E44;
    public const uint Trns = 0x74524E53;
    public const uint Exif = 0x65584966;

    /// <summary>The number of bytes around the data of a chunk: length, type and checksum.</summary>
    private const int Overhead = 12;

    private PngChunk(uint type, ReadOnlySpan<byte> data)
    {
        Type = type;
        Data = data;
    }

    public uint Type { get; }

    public ReadOnlySpan<byte> Data { get; }

    public int EncodedLength => Data.Length + Overhead;

    /// <summary>Reads the chunk at the start of a span.</summary>
    /// <exception cref="InvalidImageException">The chunk is truncated or its checksum is wrong.</exception>
    public static PngChunk Read(ReadOnlySpan<byte> encoded)
    {
        if (TryRead(encoded, out PngChunk chunk))
        {
            return chunk;
        }

        if (encoded.Length < Overhead)
        {
            throw new InvalidImageException("The PNG ends before its image data. The file is truncated.");
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(encoded);
        throw new InvalidImageException(length > (uint)(encoded.Length - Overhead)
            ? $"A chunk of the PNG states {length} bytes; only {encoded.Length - Overhead} follow. The file is truncated or damaged."
            : "The checksum of a chunk of the PNG is wrong. The file is damaged.");
    }

    /// <summary>
    /// Reads the chunk at the start of a span. Returns <see langword="false"/> if it is truncated or its checksum is wrong.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> encoded, out PngChunk chunk)
    {
        chunk = default;
        if (encoded.Length < Overhead)
        {
            return false;
        }

        // The checksum covers type and data, but not the length.
        uint length = BinaryPrimitives.ReadUInt32BigEndian(encoded);
        if (length > (uint)(encoded.Length - Overhead)
            || PngCrc32.Compute(encoded.Slice(4, 4 + (int)length)) != BinaryPrimitives.ReadUInt32BigEndian(encoded[(8 + (int)length)..]))
        {
            return false;
        }

        chunk = new PngChunk(BinaryPrimitives.ReadUInt32BigEndian(encoded[4..]), encoded.Slice(8, (int)length));
        return true;
    }
}
