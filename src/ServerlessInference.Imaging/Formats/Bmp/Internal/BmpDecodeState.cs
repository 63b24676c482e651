namespace ServerlessInference.Imaging.Formats.Bmp;

/// <summary>The working memory for decoding a BMP. Reusable for any number of images, one at a time.</summary>
internal sealed unsafe class BmpDecodeState
{
    private readonly byte[] _palette = new byte[256 * 3];
    private readonly PinnedBuffer<byte> _indices = new();

    public void Decode(ReadOnlySpan<byte> encoded, in BmpHeader header, ImageDecodeOptions options, ImageBuffer destination)
    {
        if (header.Colors > 0)
        {
            ReadPalette(encoded, header);
        }

        if (header.DataOffset > encoded.Length)
        {
            throw BmpErrors.Truncated("header");
        }

        ReadOnlySpan<byte> data = encoded[(int)header.DataOffset..];
        if (header.IsRunLengthEncoded)
        {
            DecodeRunLengths(data, header, destination);
        }
        else
        {
            DecodeRows(data, header, options, destination);
        }
    }

    // Indices beyond the stored colours are the grey of the same value, as in Pillow 9.4.
    private void ReadPalette(ReadOnlySpan<byte> encoded, in BmpHeader header)
    {
        for (int i = 0; i < 256; i++)
        {
            _palette.AsSpan(i * 3, 3).Fill((byte)i);
        }

        ReadOnlySpan<byte> stored = encoded[Math.Min(header.PaletteOffset, encoded.Length)..];
        if (stored.Length < header.Colors * header.ColorBytes)
        {
            throw BmpErrors.Truncated("palette");
        }

        for (int i = 0; i < header.Colors; i++)
        {
            ReadOnlySpan<byte> color = stored.Slice(i * header.ColorBytes, 3);
            _palette[i * 3] = color[2];
            _palette[(i * 3) + 1] = color[1];
            _palette[(i * 3) + 2] = color[0];
        }
    }

    private void DecodeRunLengths(ReadOnlySpan<byte> data, in BmpHeader header, ImageBuffer destination)
    {
        long pixels = (long)header.Width * header.Height;
        var indices = new Span<byte>(_indices.Ensure(pixels), (int)pixels);
        BmpRunLengths.Decode(data, header.Compression == BmpCompression.Rle4, header.Width, indices);
        destination.Resize(header.Width, header.Height);
        for (int stored = 0; stored < header.Height; stored++)
        {
            Span<byte> row = destination.Row(header.TopDown ? stored : header.Height - 1 - stored);
            WriteIndices(indices.Slice(stored * header.Width, header.Width), 8, row);
        }

        _indices.Trim();
    }

    private void DecodeRows(ReadOnlySpan<byte> data, in BmpHeader header, ImageDecodeOptions options, ImageBuffer destination)
    {
        // The padding of the last row may be missing.
        if (data.Length < (header.Stride * (header.Height - 1)) + header.RowBytes)
        {
            throw BmpErrors.Truncated("pixels");
        }

        destination.Resize(header.Width, header.Height);
        for (int stored = 0; stored < header.Height; stored++)
        {
            ReadOnlySpan<byte> row = data.Slice((int)(stored * header.Stride), header.RowBytes);
            Span<byte> target = destination.Row(header.TopDown ? stored : header.Height - 1 - stored);
            if (header.BitsPerPixel <= 8)
            {
                WriteIndices(row, header.BitsPerPixel, target);
            }
            else
            {
                BmpPixels.Write(row, header, options, target);
            }
        }
    }

    private void WriteIndices(ReadOnlySpan<byte> packed, int bits, Span<byte> target)
    {
        int mask = (1 << bits) - 1;
        int shift = 8 - bits;
        int at = 0;
        fixed (byte* palette = _palette)
        fixed (byte* rgb = target)
        {
            for (int to = 0; to < target.Length; to += 3)
            {
                byte* color = palette + (((packed[at] >> shift) & mask) * 3);
                *(ushort*)(rgb + to) = *(ushort*)color;
                rgb[to + 2] = color[2];
                shift -= bits;
                if (shift < 0)
                {
                    shift = 8 - bits;
                    at++;
                }
            }
        }
    }
}
