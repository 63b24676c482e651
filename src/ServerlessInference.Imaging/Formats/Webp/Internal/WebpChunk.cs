using System.Buffers.Binary;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>One chunk of a RIFF file: four characters, a length and the payload.</summary>
internal readonly ref struct WebpChunk
{
    public const int HeaderLength = 8;
    public const uint Vp8 = 0x20385056;
    public const uint Vp8L = 0x4C385056;
    public const uint Vp8X = 0x58385056;
    public const uint Alpha = 0x48504C41;
    public const uint Animation = 0x4D494E41;
    public const uint AnimationFrame = 0x464D4E41;
    public const uint Exif = 0x46495845;

    private WebpChunk(uint type, ReadOnlySpan<byte> padded, int length)
    {
        Type = type;
        PaddedPayload = padded;
        Payload = padded[..length];
    }

    public uint Type { get; }

    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Gets the payload and its padding. libwebp lets images use bits of the padding.</summary>
    public ReadOnlySpan<byte> PaddedPayload { get; }

    /// <summary>Gets the length of the whole chunk. A payload of odd length is followed by one byte of padding.</summary>
    public int PaddedLength => HeaderLength + PaddedPayload.Length;

    /// <summary>Reads the chunk at the start of a span. The padding must be there as well.</summary>
    public static WebpChunk Read(ReadOnlySpan<byte> data)
    {
        if (data.Length < HeaderLength)
        {
            throw WebpErrors.Truncated("chunks");
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
        if (length + (ulong)(length & 1) > (ulong)(data.Length - HeaderLength))
        {
            throw WebpErrors.Malformed($"a chunk states {length} bytes; {data.Length - HeaderLength} follow");
        }

        int padded = (int)length + (int)(length & 1);
        return new WebpChunk(BinaryPrimitives.ReadUInt32LittleEndian(data), data.Slice(HeaderLength, padded), (int)length);
    }
}
