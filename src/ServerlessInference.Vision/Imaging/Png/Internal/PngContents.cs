using System.Buffers.Binary;

namespace ServerlessInference.Vision.Imaging.Png.Internal;

/// <summary>What a PNG file holds and where: its header, palette, transparency, EXIF data and image data.</summary>
internal readonly ref struct PngContents
{
    private const int MaxPaletteBytes = 768;

    private PngContents(
        PngHeader header,
        ReadOnlySpan<byte> palette,
        ReadOnlySpan<byte> transparency,
        ReadOnlySpan<byte> exif,
        ReadOnlySpan<byte> imageData,
        long imageDataBytes)
    {
        Header = header;
        Palette = palette;
        Transparency = transparency;
        Exif = exif;
        ImageData = imageData;
        ImageDataBytes = imageDataBytes;
    }

    public PngHeader Header { get; }

    public ReadOnlySpan<byte> Palette { get; }

    public ReadOnlySpan<byte> Transparency { get; }

    /// <summary>The data of the eXIf chunk: a TIFF structure; empty where there is none.</summary>
    public ReadOnlySpan<byte> Exif { get; }

    /// <summary>The consecutive IDAT chunks with their frames, every checksum verified.</summary>
    public ReadOnlySpan<byte> ImageData { get; }

    /// <summary>The compressed bytes in <see cref="ImageData"/>.</summary>
    public long ImageDataBytes { get; }

    public static PngHeader ReadHeader(ReadOnlySpan<byte> encoded)
    {
        if (!encoded.StartsWith(ImageFormatDetector.PngSignature))
        {
            throw new InvalidInputException("The image does not start with PNG's signature. Send a PNG file.");
        }

        PngChunk first = PngChunk.Read(encoded[ImageFormatDetector.PngSignature.Length..]);
        return first.Type == PngChunk.Ihdr
            ? PngHeader.Parse(first.Data)
            : throw new InvalidInputException("The PNG's first chunk is not IHDR. The file is damaged.");
    }

    public static PngContents Read(ReadOnlySpan<byte> encoded)
    {
        PngHeader header = ReadHeader(encoded);
        ReadOnlySpan<byte> palette = default, transparency = default, exif = default;
        int at = ImageFormatDetector.PngSignature.Length;
        PngChunk chunk = PngChunk.Read(encoded[at..]);
        while (chunk.Type != PngChunk.Idat)
        {
            at += chunk.EncodedLength;
            switch (chunk.Type)
            {
                case PngChunk.Plte when chunk.Data.Length > MaxPaletteBytes:
                    throw new InvalidInputException($"The PNG's palette has {chunk.Data.Length} bytes; at most {MaxPaletteBytes} are defined. The file is damaged.");
                case PngChunk.Plte:
                    palette = chunk.Data[..(chunk.Data.Length / 3 * 3)];
                    break;
                case PngChunk.Trns:
                    transparency = chunk.Data;
                    break;
                case PngChunk.Exif:
                    exif = chunk.Data;
                    break;
                case PngChunk.Iend:
                    throw new InvalidInputException("The PNG has no image data. The file is damaged.");
            }

            chunk = PngChunk.Read(encoded[at..]);
        }

        int start = at;
        long bytes = 0;
        while (chunk.Type == PngChunk.Idat)
        {
            at += chunk.EncodedLength;
            bytes += chunk.Data.Length;
            if (!TryReadAfterData(encoded[at..], out chunk))
            {
                break;
            }
        }

        if (header.ColorType == PngColorType.Palette && palette.IsEmpty)
        {
            throw new InvalidInputException("The PNG's pixels refer to a palette, but it has none. The file is damaged.");
        }

        return new PngContents(header, palette, transparency, exif.IsEmpty ? FindExif(encoded[at..]) : exif, encoded[start..at], bytes);
    }

    // A file that ends or breaks right behind complete image data is still good, as in Pillow; whether it is complete the decompressor tells.
    private static bool TryReadAfterData(ReadOnlySpan<byte> encoded, out PngChunk chunk)
    {
        bool isData = encoded.Length >= 8 && BinaryPrimitives.ReadUInt32BigEndian(encoded[4..]) == PngChunk.Idat;
        chunk = isData ? PngChunk.Read(encoded) : default;
        return isData;
    }

    /// <summary>Finds the eXIf chunk among the chunks from here on; empty where there is none or the file breaks before it.</summary>
    public static ReadOnlySpan<byte> FindExif(ReadOnlySpan<byte> chunks)
    {
        while (chunks.Length >= 12)
        {
            uint type = BinaryPrimitives.ReadUInt32BigEndian(chunks[4..]);
            if (type == PngChunk.Iend)
            {
                break;
            }

            if (type == PngChunk.Exif)
            {
                return PngChunk.TryRead(chunks, out PngChunk chunk) ? chunk.Data : default;
            }

            // Other chunks are stepped over: their checksums are not worth the time here.
            long length = 12L + BinaryPrimitives.ReadUInt32BigEndian(chunks);
            if (length > chunks.Length)
            {
                break;
            }

            chunks = chunks[(int)length..];
        }

        return default;
    }
}
