using System.Buffers.Binary;

namespace ServerlessInference.Imaging.Formats.Png;

/// <summary>The parts of a PNG file: header, palette, transparency and image data, as slices of the encoded bytes.</summary>
internal readonly ref struct PngContents
{
    private const int MaxPaletteBytes = 768;

    private PngContents(
        PngHeader header,
        ReadOnlySpan<byte> palette,
        ReadOnlySpan<byte> transparency,
        ReadOnlySpan<byte> chunks,
        ReadOnlySpan<byte> imageData,
        long imageDataBytes)
    {
        Header = header;
        Palette = palette;
        Transparency = transparency;
        Chunks = chunks;
        ImageData = imageData;
        ImageDataBytes = imageDataBytes;
    }

    public PngHeader Header { get; }

    public ReadOnlySpan<byte> Palette { get; }

    public ReadOnlySpan<byte> Transparency { get; }

    /// <summary>Gets all chunks, from the header to the end of the file.</summary>
    public ReadOnlySpan<byte> Chunks { get; }

    /// <summary>Gets the consecutive IDAT chunks, including length, type and checksum of each. All checksums have been verified.</summary>
    public ReadOnlySpan<byte> ImageData { get; }

    /// <summary>Gets the number of compressed bytes in <see cref="ImageData"/>.</summary>
    public long ImageDataBytes { get; }

    public static PngHeader ReadHeader(ReadOnlySpan<byte> encoded)
    {
        if (!encoded.StartsWith(ImageFormatDetector.PngSignature))
        {
            throw new InvalidImageException("The image does not start with the PNG signature. Send a PNG file.");
        }

        PngChunk first = PngChunk.Read(encoded[ImageFormatDetector.PngSignature.Length..]);
        return first.Type == PngChunk.Ihdr
            ? PngHeader.Parse(first.Data)
            : throw new InvalidImageException("The first chunk of the PNG is not IHDR. The file is damaged.");
    }

    public static PngContents Read(ReadOnlySpan<byte> encoded)
    {
        PngHeader header = ReadHeader(encoded);
        ReadOnlySpan<byte> palette = default, transparency = default;
        int at = ImageFormatDetector.PngSignature.Length;
        PngChunk chunk = PngChunk.Read(encoded[at..]);
        while (chunk.Type != PngChunk.Idat)
        {
            at += chunk.EncodedLength;
            switch (chunk.Type)
            {
                case PngChunk.Plte when chunk.Data.Length > MaxPaletteBytes:
                    throw new InvalidImageException(
                        $"The palette of the PNG has {chunk.Data.Length} bytes; the maximum is {MaxPaletteBytes}. The file is damaged.");
                case PngChunk.Plte:
                    palette = chunk.Data[..(chunk.Data.Length / 3 * 3)];
                    break;
                case PngChunk.Trns:
                    transparency = chunk.Data;
                    break;
                case PngChunk.Iend:
                    throw new InvalidImageException("The PNG has no image data. The file is damaged.");
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
            throw new InvalidImageException("The pixels of the PNG refer to a palette, but it has none. The file is damaged.");
        }

        ReadOnlySpan<byte> chunks = encoded[ImageFormatDetector.PngSignature.Length..];
        return new PngContents(header, palette, transparency, chunks, encoded[start..at], bytes);
    }

    // Like Pillow, this accepts a file that is truncated or damaged after its image data. If the image data itself is incomplete, the
    // decompressor reports that.
    private static bool TryReadAfterData(ReadOnlySpan<byte> encoded, out PngChunk chunk)
    {
        bool isData = encoded.Length >= 8 && BinaryPrimitives.ReadUInt32BigEndian(encoded[4..]) == PngChunk.Idat;
        chunk = isData ? PngChunk.Read(encoded) : default;
        return isData;
    }
}
