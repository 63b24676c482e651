using System.Buffers.Binary;

namespace ServerlessInference.Imaging.Formats.Png;

/// <summary>Converts unfiltered rows of any colour type and bit depth to 8-bit RGB.</summary>
/// <remarks>
/// As in Pillow 9.4, 16-bit samples are reduced to their high byte, except grey without an alpha channel, which is clipped to 255; samples
/// of less than 8 bits are scaled to the full range, and a palette index beyond the end of the palette is the grey of the same value.
/// Compositing follows Pillow's <c>paste</c> with the alpha channel as mask.
/// </remarks>
internal sealed class PngRowConverter
{
    private readonly byte[] _palette = new byte[256 * 3];
    private readonly byte[] _paletteAlpha = new byte[256];

    // The tRNS chunk of an image without alpha channel and palette names one colour that is transparent: the key.
    private readonly byte[] _key = new byte[6];
    private PngHeader _header;
    private bool _compose;
    private bool _hasKey;
    private int _background;

    public void Begin(in PngContents contents, ImageDecodeOptions options)
    {
        _header = contents.Header;
        _background = options.Background;
        bool palette = _header.ColorType == PngColorType.Palette;
        bool alphaChannel = _header.ColorType is PngColorType.GrayscaleAlpha or PngColorType.RgbAlpha;
        _compose = options.Alpha == AlphaMode.Compose && (alphaChannel || !contents.Transparency.IsEmpty);

        // Grey of less than 8 bits is read like a palette image whose palette is a ramp of greys.
        if (palette || _header.BitDepth < 8)
        {
            FillPalette(palette ? contents.Palette : default);
        }

        _hasKey = false;
        if (!_compose || alphaChannel)
        {
            return;
        }

        _paletteAlpha.AsSpan().Fill(255);
        if (palette)
        {
            contents.Transparency[..Math.Min(256, contents.Transparency.Length)].CopyTo(_paletteAlpha);
            return;
        }

        int keyLength = _header.Channels * 2;
        if (contents.Transparency.Length != keyLength)
        {
            throw new InvalidImageException(
                $"The tRNS chunk of the PNG has {contents.Transparency.Length} bytes; {keyLength} were expected. The file is damaged.");
        }

        if (_header.BitDepth < 8)
        {
            int index = BinaryPrimitives.ReadUInt16BigEndian(contents.Transparency);
            _paletteAlpha[index & ((1 << _header.BitDepth) - 1)] = 0;
        }
        else
        {
            contents.Transparency.CopyTo(_key);
            _hasKey = true;
        }
    }

    /// <summary>Converts one row.</summary>
    /// <param name="raw">The unfiltered row. Its content is undefined afterwards.</param>
    /// <param name="width">The number of pixels in the row.</param>
    /// <param name="rgb">Receives three bytes per pixel.</param>
    public void Convert(ReadOnlySpan<byte> raw, int width, Span<byte> rgb)
    {
        rgb = rgb[..(width * 3)];
        if (_header.BitDepth < 8)
        {
            ConvertPacked(raw, width, rgb);
            return;
        }

        // The distance from one sample to the next, in bytes. 16-bit samples are stored high byte first, so the byte at the start of a
        // sample is the one to keep.
        int step = _header.BitDepth / 8;
        switch (_header.ColorType)
        {
            case PngColorType.Palette:
                for (int i = 0, to = 0; i < width; i++, to += 3)
                {
                    WriteIndex(raw[i], rgb, to);
                }

                break;
            case PngColorType.Rgb when step == 1:
                raw[..rgb.Length].CopyTo(rgb);
                break;
            case PngColorType.Rgb or PngColorType.RgbAlpha:
                PngSamples.ExtractRgb(raw, _header.Channels * step, step, rgb);
                break;
            case PngColorType.Grayscale when step == 2:
                PngSamples.ClipGray(raw, rgb);
                break;
            default:
                PngSamples.ReplicateGray(raw, _header.Channels * step, rgb);
                break;
        }

        if (_compose && _header.ColorType != PngColorType.Palette)
        {
            ComposeRow(raw, step, width, rgb);
        }
    }

    private void ConvertPacked(ReadOnlySpan<byte> raw, int width, Span<byte> rgb)
    {
        int depth = _header.BitDepth;
        int mask = (1 << depth) - 1;
        int shift = 8 - depth;
        int at = 0;
        for (int i = 0, to = 0; i < width; i++, to += 3)
        {
            WriteIndex((raw[at] >> shift) & mask, rgb, to);
            shift -= depth;
            if (shift < 0)
            {
                shift = 8 - depth;
                at++;
            }
        }
    }

    private void WriteIndex(int index, Span<byte> rgb, int to)
    {
        Span<byte> pixel = rgb.Slice(to, 3);
        _palette.AsSpan(index * 3, 3).CopyTo(pixel);
        if (_compose)
        {
            Blend(pixel, _paletteAlpha[index]);
        }
    }

    private void ComposeRow(ReadOnlySpan<byte> raw, int step, int width, Span<byte> rgb)
    {
        int pixelBytes = _header.Channels * step;
        int alphaAt = pixelBytes - step;
        scoped ReadOnlySpan<byte> key = _key.AsSpan(0, _hasKey ? pixelBytes : 0);
        Span<byte> narrowKey = stackalloc byte[3];
        if (_hasKey && step == 1)
        {
            // The file stores the key with 16 bits per sample, even if the samples of the image have 8.
            for (int channel = 0; channel < _header.Channels; channel++)
            {
                narrowKey[channel] = _key[(channel * 2) + 1];
            }

            key = narrowKey[.._header.Channels];
        }

        for (int i = 0; i < width; i++)
        {
            ReadOnlySpan<byte> pixel = raw.Slice(i * pixelBytes, pixelBytes);
            int alpha = _hasKey ? pixel.SequenceEqual(key) ? 0 : 255 : pixel[alphaAt];
            Blend(rgb.Slice(i * 3, 3), alpha);
        }
    }

    private unsafe void Blend(Span<byte> pixel, int alpha)
    {
        fixed (byte* rgb = pixel)
        {
            AlphaBlend.Apply(rgb, alpha, _background);
        }
    }

    private void FillPalette(ReadOnlySpan<byte> stored)
    {
        int colors = _header.ColorType == PngColorType.Palette ? 256 : 1 << _header.BitDepth;
        for (int i = 0; i < colors; i++)
        {
            byte gray = (byte)(colors == 256 ? i : i * 255 / (colors - 1));
            _palette.AsSpan(i * 3, 3).Fill(gray);
        }

        stored.CopyTo(_palette);
    }
}
