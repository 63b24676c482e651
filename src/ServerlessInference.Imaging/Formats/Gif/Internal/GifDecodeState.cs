namespace ServerlessInference.Imaging.Formats.Gif;

/// <summary>The working memory for decoding a GIF. Reusable for any number of images, one at a time.</summary>
internal sealed unsafe class GifDecodeState
{
    private readonly GifLzwReader _reader = new();
    private readonly PinnedBuffer<byte> _indices = new();
    private readonly byte[] _palette = new byte[256 * 3];

    public void Decode(in GifFrame frame, ImageDecodeOptions options, ImageBuffer destination)
    {
        if (frame.MinCodeSize > GifLzwReader.MaxMinCodeSize)
        {
            throw GifErrors.Malformed(
                $"its minimum code size is {frame.MinCodeSize}; the maximum is {GifLzwReader.MaxMinCodeSize}");
        }

        long pixels = (long)frame.FrameWidth * frame.FrameHeight;
        var indices = new Span<byte>(_indices.Ensure(pixels), (int)pixels);
        _reader.Read(frame.Data, frame.MinCodeSize, indices);
        FillPalette(frame, options);
        destination.Resize(frame.Width, frame.Height);
        if (frame.FrameWidth < frame.Width || frame.FrameHeight < frame.Height)
        {
            FillOutside(frame.TransparentIndex < 0 ? 0 : frame.TransparentIndex, destination);
        }

        int stored = 0;
        int passes = frame.Interlaced ? 4 : 1;
        for (int pass = 0; pass < passes; pass++)
        {
            // Interlaced frames store every eighth row, then the rows between them, and so on.
            int step = frame.Interlaced ? 8 >> Math.Max(pass - 1, 0) : 1;
            int first = pass == 0 ? 0 : step / 2;
            for (int y = first; y < frame.FrameHeight; y += step)
            {
                Span<byte> row = destination.Row(frame.Top + y).Slice(frame.Left * 3, frame.FrameWidth * 3);
                WriteRow(indices.Slice(stored * frame.FrameWidth, frame.FrameWidth), row);
                stored++;
            }
        }

        _indices.Trim();
    }

    // Without a palette the indices are grey levels, and so are those beyond the end of a palette, as in Pillow 9.4.
    private void FillPalette(in GifFrame frame, ImageDecodeOptions options)
    {
        for (int i = 0; i < 256; i++)
        {
            _palette.AsSpan(i * 3, 3).Fill((byte)i);
        }

        frame.Palette.CopyTo(_palette);
        if (options.Alpha == AlphaMode.Compose && frame.TransparentIndex >= 0)
        {
            fixed (byte* color = _palette.AsSpan(frame.TransparentIndex * 3))
            {
                AlphaBlend.Apply(color, 0, options.Background);
            }
        }
    }

    private void FillOutside(int index, ImageBuffer destination)
    {
        Span<byte> pixels = destination.Pixels;
        ReadOnlySpan<byte> color = _palette.AsSpan(index * 3, 3);
        if (color[0] == color[1] && color[1] == color[2])
        {
            pixels.Fill(color[0]);
            return;
        }

        for (int i = 0; i < pixels.Length; i += 3)
        {
            color.CopyTo(pixels[i..]);
        }
    }

    private void WriteRow(ReadOnlySpan<byte> indices, Span<byte> target)
    {
        fixed (byte* palette = _palette)
        fixed (byte* rgb = target)
        {
            byte* to = rgb;
            foreach (byte index in indices)
            {
                byte* color = palette + (index * 3);
                *(ushort*)to = *(ushort*)color;
                to[2] = color[2];
                to += 3;
            }
        }
    }
}
