namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>The working memory for decoding a WebP. Reusable for any number of images, one at a time.</summary>
internal sealed unsafe class WebpDecodeState
{
    private readonly Vp8Decoder _lossy = new();
    private readonly Vp8LDecoder _lossless = new();
    private readonly WebpOutput _output = new();
    private readonly PinnedBuffer<byte> _alpha = new();

    public void Decode(in WebpContents contents, ImageDecodeOptions options, ImageBuffer destination)
    {
        try
        {
            DecodePicture(contents, options, destination);
        }
        finally
        {
            _lossless.Trim();
            _alpha.Trim();
        }
    }

    private void DecodePicture(in WebpContents contents, ImageDecodeOptions options, ImageBuffer destination)
    {
        int orientation = options.ApplyOrientation ? contents.Orientation : ExifOrientation.Normal;
        bool swaps = OrientationTransform.SwapsSides(orientation);
        WebpImage image = contents.Image;
        byte* alpha = null;
        if (image.HasAlphaChunk)
        {
            // Also without need for it, because a picture whose transparency is damaged is rejected.
            alpha = _alpha.Ensure((long)image.Width * image.Height);
            WebpAlpha.Decode(image.Alpha, image.Width, image.Height, _lossless, alpha);
        }

        destination.Resize(swaps ? contents.Height : contents.Width, swaps ? contents.Width : contents.Height);
        fixed (byte* pixels = destination.Pixels)
        {
            _output.Begin(contents, orientation, options, pixels);
            if (image.IsLossless)
            {
                _lossless.Decode(image, _output, _output.NeedsAlpha ? _alpha.Ensure(image.Width) : null);
            }
            else
            {
                _lossy.Decode(image, _output, alpha);
            }
        }
    }
}
