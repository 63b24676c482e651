using System.Buffers.Binary;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>One compressed picture in a WebP file: a still image, or a frame of an animation.</summary>
internal readonly ref struct WebpImage
{
    private const int MaxProfile = 3;
    private const int Vp8HeaderLength = 10;
    private const int Vp8LHeaderLength = 5;
    private const byte Vp8LSignature = 0x2F;

    public int Width { get; private init; }

    public int Height { get; private init; }

    public bool IsLossless { get; private init; }

    /// <summary>Gets the payload of the chunk <c>VP8 </c> or <c>VP8L</c>, and its padding.</summary>
    public ReadOnlySpan<byte> Data { get; private init; }

    /// <summary>Gets the payload of the chunk <c>ALPH</c>; empty if there is none.</summary>
    public ReadOnlySpan<byte> Alpha { get; init; }

    /// <summary>Gets a value indicating whether there is a chunk <c>ALPH</c>.</summary>
    public bool HasAlphaChunk { get; init; }

    /// <summary>Reads and checks the header of the picture.</summary>
    /// <param name="chunk">The chunk <c>VP8 </c> (RFC 6386, section 9.1) or <c>VP8L</c>.</param>
    public static WebpImage Read(WebpChunk chunk) =>
        (chunk.Type == WebpChunk.Vp8L ? ReadLossless(chunk.Payload) : ReadLossy(chunk.Payload)) with { Data = chunk.PaddedPayload };

    private static WebpImage ReadLossy(ReadOnlySpan<byte> data)
    {
        if (data.Length < Vp8HeaderLength)
        {
            throw WebpErrors.Truncated("image header");
        }

        int tag = data[0] | (data[1] << 8) | (data[2] << 16);
        bool keyFrame = (tag & 1) == 0;
        bool shown = (tag & 16) != 0;
        int profile = (tag >> 1) & 7;
        int firstPartition = tag >> 5;
        if (!data[3..].StartsWith((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A]) || !keyFrame || !shown || profile > MaxProfile)
        {
            throw WebpErrors.Malformed("its lossy image does not start with a key frame that is shown");
        }

        if (firstPartition >= data.Length)
        {
            throw WebpErrors.Truncated("image header");
        }

        // The two highest bits of each side are a scale for display, which no decoder of still images applies.
        int width = BinaryPrimitives.ReadUInt16LittleEndian(data[6..]) & 0x3FFF;
        int height = BinaryPrimitives.ReadUInt16LittleEndian(data[8..]) & 0x3FFF;
        if (width == 0 || height == 0)
        {
            throw WebpErrors.Malformed($"its lossy image has {width} x {height} pixels");
        }

        return new WebpImage { Width = width, Height = height };
    }

    private static WebpImage ReadLossless(ReadOnlySpan<byte> data)
    {
        if (data.Length < Vp8LHeaderLength)
        {
            throw WebpErrors.Truncated("image header");
        }

        uint bits = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
        if (data[0] != Vp8LSignature || bits >> 29 != 0)
        {
            throw WebpErrors.Malformed("its lossless image has an unknown signature or version");
        }

        return new WebpImage
        {
            Width = (int)(bits & 0x3FFF) + 1,
            Height = (int)((bits >> 14) & 0x3FFF) + 1,
            IsLossless = true,
        };
    }
}
