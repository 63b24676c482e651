using System.Buffers.Binary;

namespace ServerlessInference.Imaging.ImageSharp;

/// <summary>Checks that the first frame of a GIF is complete. ImageSharp leaves missing pixels of a damaged file black.</summary>
/// <remarks>
/// Follows the blocks to the first image and counts the pixels of its LZW codes, without writing them.
/// Source: the GIF89a specification (CompuServe, 1990), sections 17 to 27 and appendix F.
/// </remarks>
internal static class GifStructure
{
    private const int HeaderBytes = 13;
    private const int ImageDescriptorBytes = 9;
    private const byte ExtensionIntroducer = 0x21;
    private const byte ImageSeparator = 0x2C;
    private const byte Trailer = 0x3B;
    private const byte GraphicControlLabel = 0xF9;
    private const byte TransparencyFlag = 1;
    private const int MaxCodeBits = 12;
    private const int MaxCodes = 1 << MaxCodeBits;

    /// <summary>Checks the first frame.</summary>
    /// <param name="encoded">The whole file, beginning with the signature of a GIF.</param>
    /// <exception cref="InvalidImageException">The frame is missing, incomplete or damaged.</exception>
    public static void Check(ReadOnlySpan<byte> encoded)
    {
        ReadOnlySpan<byte> image = encoded[FindImage(encoded, out _)..];
        int palette = image.Length < ImageDescriptorBytes ? 0 : PaletteBytes(image[8]);
        if (image.Length <= ImageDescriptorBytes + palette)
        {
            throw Malformed.Truncated("GIF");
        }

        if (palette == 0 && PaletteBytes(encoded[10]) == 0)
        {
            throw Malformed.Create("GIF", "it has no palette");
        }

        int width = BinaryPrimitives.ReadUInt16LittleEndian(image[4..]);
        int height = BinaryPrimitives.ReadUInt16LittleEndian(image[6..]);
        if (BinaryPrimitives.ReadUInt16LittleEndian(image) + width > BinaryPrimitives.ReadUInt16LittleEndian(encoded[6..])
            || BinaryPrimitives.ReadUInt16LittleEndian(image[2..]) + height > BinaryPrimitives.ReadUInt16LittleEndian(encoded[8..]))
        {
            // Other decoders enlarge the screen; ImageSharp would crop the frame.
            throw Malformed.Create("GIF", "its first frame is not within its screen");
        }

        ReadOnlySpan<byte> data = image[(ImageDescriptorBytes + palette)..];
        CheckCodes(data[1..], data[0], (long)width * height);
    }

    /// <summary>Makes the first frame opaque. ImageSharp leaves transparent pixels black instead of giving them their colour.</summary>
    /// <param name="encoded">The whole file, which has been checked.</param>
    /// <returns>A copy of the file without transparency; <see langword="null"/> if the first frame has none.</returns>
    public static byte[]? WithoutTransparency(ReadOnlySpan<byte> encoded)
    {
        FindImage(encoded, out int flags);
        if (flags == 0 || (encoded[flags] & TransparencyFlag) == 0)
        {
            return null;
        }

        byte[] opaque = encoded.ToArray();
        opaque[flags] &= byte.MaxValue ^ TransparencyFlag;
        return opaque;
    }

    private static int PaletteBytes(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    /// <summary>Finds the first image and the flags of the graphic control extension that belongs to it.</summary>
    private static int FindImage(ReadOnlySpan<byte> encoded, out int flags)
    {
        flags = 0;
        int at = encoded.Length < HeaderBytes ? encoded.Length : HeaderBytes + PaletteBytes(encoded[10]);
        while (at < encoded.Length)
        {
            switch (encoded[at++])
            {
                case ImageSeparator:
                    return at;
                case Trailer:
                    throw Malformed.Create("GIF", "it contains no image");
                case ExtensionIntroducer:
                    // A label, then sub-blocks up to an empty one. The flags are the first byte of the first sub-block.
                    flags = at + 2 < encoded.Length && encoded[at] == GraphicControlLabel ? at + 2 : flags;
                    for (at++; at < encoded.Length && encoded[at] != 0; at += encoded[at] + 1)
                    {
                    }

                    at++;
                    break;
                default:
                    // Bytes between blocks have no meaning. Every decoder skips them.
                    break;
            }
        }

        throw Malformed.Truncated("GIF");
    }

    private static void CheckCodes(ReadOnlySpan<byte> blocks, int minCodeBits, long pixels)
    {
        if (minCodeBits is < 1 or >= MaxCodeBits)
        {
            throw Malformed.Create("GIF", $"its minimum code size is {minCodeBits}");
        }

        // The number of pixels of each code: one more than that of the code that it extends.
        Span<ushort> lengths = stackalloc ushort[MaxCodes];
        int clear = 1 << minCodeBits;
        lengths[..clear].Fill(1);
        int available = clear + 2;
        int codeBits = minCodeBits + 1;
        int previous = -1;
        int bits = 0;
        int held = 0;
        int blockEnd = 0;
        for (int at = 0; pixels > 0;)
        {
            if (held < codeBits)
            {
                if (at == blockEnd)
                {
                    if (at >= blocks.Length || blocks[at] == 0)
                    {
                        throw Malformed.Truncated("GIF");
                    }

                    blockEnd = at + 1 + blocks[at];
                    at++;
                    if (blockEnd > blocks.Length)
                    {
                        throw Malformed.Truncated("GIF");
                    }
                }

                bits |= blocks[at++] << held;
                held += 8;
                continue;
            }

            int code = bits & ((1 << codeBits) - 1);
            bits >>= codeBits;
            held -= codeBits;
            if (code == clear)
            {
                available = clear + 2;
                codeBits = minCodeBits + 1;
                previous = -1;
                continue;
            }

            if (code == clear + 1)
            {
                throw Malformed.Truncated("GIF");
            }

            if (previous < 0 ? code >= clear : code > available)
            {
                throw Malformed.Create("GIF", "its image data has an undefined code");
            }

            if (previous >= 0 && available < MaxCodes)
            {
                lengths[available++] = (ushort)(lengths[previous] + 1);
                codeBits += available == 1 << codeBits && codeBits < MaxCodeBits ? 1 : 0;
            }

            pixels -= lengths[code];
            previous = code;
        }
    }
}
