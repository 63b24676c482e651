using System.Buffers.Binary;

namespace ServerlessInference.Imaging.Formats.Gif;

/// <summary>What the headers of a GIF say about its first frame.</summary>
/// <remarks>
/// Source: CompuServe's GIF89a specification. The tolerance is Pillow's: unknown bytes between blocks are skipped, the last graphic control
/// extension before the frame counts, and a frame that is larger than the screen enlarges it.
/// </remarks>
internal readonly ref struct GifFrame
{
    private const int ScreenLength = 13;
    private const int DescriptorLength = 9;
    private const byte PaletteFlag = 0x80;
    private const byte InterlaceFlag = 0x40;

    private GifFrame(ReadOnlySpan<byte> encoded)
    {
        Width = BinaryPrimitives.ReadUInt16LittleEndian(encoded[6..]);
        Height = BinaryPrimitives.ReadUInt16LittleEndian(encoded[8..]);
        TransparentIndex = -1;
    }

    /// <summary>Gets the width of the whole image: the screen, or more if the frame reaches beyond it.</summary>
    public int Width { get; private init; }

    public int Height { get; private init; }

    public int Left { get; private init; }

    public int Top { get; private init; }

    public int FrameWidth { get; private init; }

    public int FrameHeight { get; private init; }

    public bool Interlaced { get; private init; }

    /// <summary>Gets the index of the transparent colour, or -1.</summary>
    public int TransparentIndex { get; private init; }

    /// <summary>Gets the palette that applies to the frame; empty if there is none, which means that the indices are grey levels.</summary>
    public ReadOnlySpan<byte> Palette { get; private init; }

    public int MinCodeSize { get; private init; }

    /// <summary>Gets everything after the minimum code size: the blocks of compressed indices, and what follows them.</summary>
    public ReadOnlySpan<byte> Data { get; private init; }

    public static GifFrame Read(ReadOnlySpan<byte> encoded)
    {
        if (!encoded.StartsWith("GIF87a"u8) && !encoded.StartsWith("GIF89a"u8))
        {
            throw GifErrors.Malformed("it starts with neither \"GIF87a\" nor \"GIF89a\"");
        }

        if (encoded.Length < ScreenLength)
        {
            throw GifErrors.Truncated("header");
        }

        var screen = new GifFrame(encoded);
        byte flags = encoded[10];
        int at = ScreenLength;
        ReadOnlySpan<byte> globalPalette = ReadPalette(encoded, flags, ref at);
        int transparentIndex = -1;
        while (true)
        {
            if (at >= encoded.Length || encoded[at] == (byte)';')
            {
                throw GifErrors.Malformed("it contains no image");
            }

            switch (encoded[at++])
            {
                case (byte)'!':
                    ReadExtension(encoded, ref at, ref transparentIndex);
                    break;
                case (byte)',':
                    return ReadFrame(encoded, at, screen, globalPalette, transparentIndex);
            }
        }
    }

    private static ReadOnlySpan<byte> ReadPalette(ReadOnlySpan<byte> encoded, byte flags, scoped ref int at)
    {
        if ((flags & PaletteFlag) == 0)
        {
            return default;
        }

        int length = 3 << ((flags & 7) + 1);
        if (encoded.Length - at < length)
        {
            throw GifErrors.Truncated("palette");
        }

        at += length;
        return encoded.Slice(at - length, length);
    }

    private static void ReadExtension(ReadOnlySpan<byte> encoded, scoped ref int at, ref int transparentIndex)
    {
        const byte GraphicControl = 0xF9;
        const int ControlLength = 4;
        if (at >= encoded.Length)
        {
            throw GifErrors.Truncated("extensions");
        }

        byte label = encoded[at++];
        ReadOnlySpan<byte> block = ReadBlock(encoded, ref at);
        if (label == GraphicControl)
        {
            if (block.Length < ControlLength)
            {
                throw GifErrors.Malformed($"a graphic control extension has {block.Length} bytes; {ControlLength} were expected");
            }

            if ((block[0] & 1) != 0)
            {
                transparentIndex = block[3];
            }
        }

        // A comment that starts with an empty block has no further block; other extensions always end with one.
        while (!block.IsEmpty)
        {
            block = ReadBlock(encoded, ref at);
        }
    }

    private static ReadOnlySpan<byte> ReadBlock(ReadOnlySpan<byte> encoded, scoped ref int at)
    {
        if (at >= encoded.Length)
        {
            return default;
        }

        int length = Math.Min(encoded[at], encoded.Length - at - 1);
        ReadOnlySpan<byte> block = encoded.Slice(at + 1, length);
        at += 1 + length;
        return block;
    }

    private static GifFrame ReadFrame(
        ReadOnlySpan<byte> encoded, int at, GifFrame screen, ReadOnlySpan<byte> globalPalette, int transparentIndex)
    {
        if (encoded.Length - at < DescriptorLength)
        {
            throw GifErrors.Truncated("frame header");
        }

        int left = BinaryPrimitives.ReadUInt16LittleEndian(encoded[at..]);
        int top = BinaryPrimitives.ReadUInt16LittleEndian(encoded[(at + 2)..]);
        int width = BinaryPrimitives.ReadUInt16LittleEndian(encoded[(at + 4)..]);
        int height = BinaryPrimitives.ReadUInt16LittleEndian(encoded[(at + 6)..]);
        byte flags = encoded[at + 8];
        at += DescriptorLength;
        bool hasLocalPalette = (flags & PaletteFlag) != 0;
        ReadOnlySpan<byte> localPalette = ReadPalette(encoded, flags, ref at);
        if (at >= encoded.Length)
        {
            throw GifErrors.Truncated("frame header");
        }

        if (width == 0 || height == 0)
        {
            throw GifErrors.Malformed($"its first frame has {width} x {height} pixels");
        }

        return new GifFrame
        {
            Width = Math.Max(screen.Width, left + width),
            Height = Math.Max(screen.Height, top + height),
            Left = left,
            Top = top,
            FrameWidth = width,
            FrameHeight = height,
            Interlaced = (flags & InterlaceFlag) != 0,
            TransparentIndex = transparentIndex,
            Palette = hasLocalPalette ? localPalette : globalPalette,
            MinCodeSize = encoded[at],
            Data = encoded[(at + 1)..],
        };
    }
}
