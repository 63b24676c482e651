using System.Buffers.Binary;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>What a WebP file contains, as far as decoding its first picture needs it.</summary>
/// <remarks>
/// Source: the WebP container specification (RFC 9649, section 2). The whole structure is checked, also that of frames that are not
/// decoded, and damage is rejected where libwebp's demultiplexer, which Pillow uses, rejects it.
/// </remarks>
internal readonly ref struct WebpContents
{
    private const int RiffHeaderLength = 12;
    private const int ExtendedHeaderLength = 10;
    private const int AnimationHeaderLength = 6;
    private const int FrameHeaderLength = 16;
    private const byte AnimationFlag = 0x02;
    private const byte ExifFlag = 0x08;
    private const byte AlphaFlag = 0x10;
    private const byte KnownFlags = 0x3E;
    private const uint MaxChunkLength = uint.MaxValue - 8 - 1;

    /// <summary>Gets the width of the whole image as stored.</summary>
    public int Width { get; private init; }

    public int Height { get; private init; }

    /// <summary>Gets the column of the image where the picture starts. Only frames of animations start elsewhere than at 0.</summary>
    public int Left { get; private init; }

    public int Top { get; private init; }

    public WebpImage Image { get; private init; }

    /// <summary>Gets the payload of the first chunk <c>EXIF</c>; empty if there is none.</summary>
    public ReadOnlySpan<byte> Exif { get; private init; }

    public int Orientation => Exif.StartsWith("Exif\0\0"u8) ? ExifOrientation.FromApp1(Exif) : ExifOrientation.FromTiff(Exif);

    public static WebpContents Read(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length < RiffHeaderLength + WebpChunk.HeaderLength)
        {
            throw WebpErrors.Truncated("header");
        }

        if (!encoded.StartsWith("RIFF"u8) || !encoded[8..].StartsWith("WEBP"u8))
        {
            throw WebpErrors.Malformed("it does not start with \"RIFF\" and \"WEBP\"");
        }

        uint stated = BinaryPrimitives.ReadUInt32LittleEndian(encoded[4..]);
        if (stated < WebpChunk.HeaderLength || stated > MaxChunkLength || stated + 8L > encoded.Length)
        {
            throw WebpErrors.Malformed($"its header states {stated + 8L} bytes; it has {encoded.Length}");
        }

        ReadOnlySpan<byte> chunks = encoded[RiffHeaderLength..(int)(stated + 8)];
        return BinaryPrimitives.ReadUInt32LittleEndian(encoded[RiffHeaderLength..]) switch
        {
            WebpChunk.Vp8 or WebpChunk.Vp8L => ReadSimple(chunks),
            WebpChunk.Vp8X => ReadExtended(chunks),
            _ => throw WebpErrors.Malformed("its first chunk is neither an image nor an extended header"),
        };
    }

    private static WebpContents ReadSimple(ReadOnlySpan<byte> chunks)
    {
        int at = 0;
        WebpImage image = ReadImage(chunks, ref at);
        return new WebpContents { Width = image.Width, Height = image.Height, Image = image };
    }

    private static WebpContents ReadExtended(ReadOnlySpan<byte> chunks)
    {
        WebpChunk header = WebpChunk.Read(chunks);
        if (header.Payload.Length != ExtendedHeaderLength)
        {
            throw WebpErrors.Malformed($"its extended header has {header.Payload.Length} bytes; {ExtendedHeaderLength} were expected");
        }

        byte flags = header.Payload[0];
        if ((flags & ~KnownFlags) != 0)
        {
            throw WebpErrors.Malformed($"its extended header has the flags {flags:X2}");
        }

        int width = ReadUInt24(header.Payload[4..]) + 1;
        int height = ReadUInt24(header.Payload[7..]) + 1;
        if ((long)width * height > uint.MaxValue)
        {
            throw new InvalidImageException(
                InvalidImageKind.TooLarge, $"The WebP states {width} x {height} pixels, which is more than the format allows.");
        }

        return (flags & AnimationFlag) != 0
            ? ReadAnimation(chunks, header.PaddedLength, flags, width, height)
            : ReadStill(chunks, header.PaddedLength, flags, width, height);
    }

    private static WebpContents ReadStill(ReadOnlySpan<byte> chunks, int at, byte flags, int width, int height)
    {
        WebpImage image = default;
        ReadOnlySpan<byte> exif = default;
        while (at < chunks.Length)
        {
            WebpChunk chunk = WebpChunk.Read(chunks[at..]);
            switch (chunk.Type)
            {
                case WebpChunk.Vp8X or WebpChunk.AnimationFrame:
                    throw WebpErrors.Malformed("a chunk is where none of its kind may be");
                case WebpChunk.Vp8 or WebpChunk.Vp8L or WebpChunk.Alpha:
                    if (image.Width != 0)
                    {
                        throw WebpErrors.Malformed("it has more than one image");
                    }

                    image = ReadImage(chunks, ref at);
                    break;
                default:
                    if (chunk.Type == WebpChunk.Exif && (flags & ExifFlag) != 0 && exif.IsEmpty)
                    {
                        exif = chunk.Payload;
                    }

                    at += chunk.PaddedLength;
                    break;
            }
        }

        if (image.Width != width || image.Height != height)
        {
            throw WebpErrors.Malformed(
                $"its extended header states {width} x {height} pixels, its image {image.Width} x {image.Height}");
        }

        // Without the flag, transparency is ignored.
        if ((flags & AlphaFlag) == 0 && image.HasAlphaChunk)
        {
            image = image with { Alpha = default, HasAlphaChunk = false };
        }

        return new WebpContents { Width = width, Height = height, Image = image, Exif = exif };
    }

    private static WebpContents ReadAnimation(ReadOnlySpan<byte> chunks, int at, byte flags, int width, int height)
    {
        bool begun = false;
        bool hasFrame = false;
        WebpContents first = default;
        ReadOnlySpan<byte> exif = default;
        while (at < chunks.Length)
        {
            WebpChunk chunk = WebpChunk.Read(chunks[at..]);
            switch (chunk.Type)
            {
                case WebpChunk.Vp8X or WebpChunk.Vp8 or WebpChunk.Vp8L or WebpChunk.Alpha:
                    throw WebpErrors.Malformed("a chunk is where none of its kind may be");
                case WebpChunk.Animation:
                    begun = begun || chunk.PaddedLength - WebpChunk.HeaderLength >= AnimationHeaderLength
                        ? true
                        : throw WebpErrors.Malformed("the header of its animation is too short");
                    at += chunk.PaddedLength;
                    break;
                case WebpChunk.AnimationFrame:
                    if (!begun)
                    {
                        throw WebpErrors.Malformed("its animation has no header");
                    }

                    WebpContents frame = ReadFrame(chunks, chunk, ref at, width, height);
                    first = hasFrame ? first : frame;
                    hasFrame = true;
                    break;
                default:
                    if (chunk.Type == WebpChunk.Exif && (flags & ExifFlag) != 0 && exif.IsEmpty)
                    {
                        exif = chunk.Payload;
                    }

                    at += chunk.PaddedLength;
                    break;
            }
        }

        return hasFrame ? first with { Exif = exif } : throw WebpErrors.Malformed("its animation has no frame");
    }

    private static WebpContents ReadFrame(ReadOnlySpan<byte> chunks, WebpChunk chunk, scoped ref int at, int width, int height)
    {
        int available = chunk.PaddedLength - WebpChunk.HeaderLength - FrameHeaderLength;
        if (available < 0)
        {
            throw WebpErrors.Malformed("the header of a frame is too short");
        }

        ReadOnlySpan<byte> header = chunk.Payload;
        int left = ReadUInt24(header) * 2;
        int top = ReadUInt24(header[3..]) * 2;
        at += WebpChunk.HeaderLength + FrameHeaderLength;
        int start = at;
        WebpImage image = ReadImage(chunks, ref at);
        if (at - start > available)
        {
            throw WebpErrors.Malformed("the image of a frame is longer than the frame");
        }

        if ((long)left + image.Width > width || (long)top + image.Height > height)
        {
            throw WebpErrors.Malformed("a frame reaches beyond the image");
        }

        return new WebpContents { Width = width, Height = height, Left = left, Top = top, Image = image };
    }

    // An image is one chunk, or two: the transparency of a lossy image comes before it.
    private static WebpImage ReadImage(ReadOnlySpan<byte> chunks, scoped ref int at)
    {
        WebpChunk chunk = WebpChunk.Read(chunks[at..]);
        at += chunk.PaddedLength;
        if (chunk.Type != WebpChunk.Alpha)
        {
            return chunk.Type is WebpChunk.Vp8 or WebpChunk.Vp8L
                ? WebpImage.Read(chunk)
                : throw WebpErrors.Malformed("a chunk without an image is where an image was expected");
        }

        WebpChunk image = WebpChunk.Read(chunks[at..]);
        at += image.PaddedLength;
        return image.Type == WebpChunk.Vp8
            ? WebpImage.Read(image) with { Alpha = chunk.Payload, HasAlphaChunk = true }
            : throw WebpErrors.Malformed("its transparency is not followed by a lossy image");
    }

    private static int ReadUInt24(ReadOnlySpan<byte> data) => data[0] | (data[1] << 8) | (data[2] << 16);
}
