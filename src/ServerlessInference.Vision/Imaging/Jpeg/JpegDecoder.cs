using ServerlessInference.Vision.Imaging.Jpeg.Internal;

namespace ServerlessInference.Vision.Imaging.Jpeg;

/// <summary>Decodes JPEGs to the same RGB bytes as libjpeg-turbo 2.1.5 with its defaults, as Pillow uses it.</summary>
/// <remarks>
/// <para>Reads baseline, extended sequential and progressive Huffman-coded JPEGs of 8 bits with 1, 3 or 4 components. Source:
/// ITU-T T.81, T.871 (JFIF); docs/architecture/imaging.md tells how equality is checked.</para>
/// <para>Thread-safe. Buffers are kept from image to image, for as many simultaneous images as the processor has threads.</para>
/// </remarks>
internal sealed class JpegDecoder
{
    private readonly JpegDecodeState?[] _idle = new JpegDecodeState?[Math.Clamp(Environment.ProcessorCount, 1, 64)];

    /// <summary>Reads an image's header.</summary>
    /// <param name="encoded">The whole encoded image.</param>
    /// <returns>What the header says.</returns>
    /// <exception cref="InvalidInputException">The image is damaged or of a kind that is not read.</exception>
    public ImageInfo Identify(ReadOnlySpan<byte> encoded)
    {
        JpegDecodeState state = Rent();
        try
        {
            return state.Identify(encoded);
        }
        finally
        {
            Return(state);
        }
    }

    /// <summary>Decodes an image.</summary>
    /// <param name="encoded">The whole encoded image.</param>
    /// <param name="options">Limits, orientation and scaling.</param>
    /// <param name="destination">Takes the pixels; undefined after an exception.</param>
    /// <exception cref="InvalidInputException">The image is damaged, incomplete, of a kind that is not read, or exceeds a limit.</exception>
    public void Decode(ReadOnlySpan<byte> encoded, ImageDecodeOptions options, ImageBuffer destination)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(destination);
        JpegDecodeState state = Rent();
        try
        {
            state.Decode(encoded, options, destination);
        }
        finally
        {
            Return(state);
        }
    }

    private JpegDecodeState Rent()
    {
        for (int i = 0; i < _idle.Length; i++)
        {
            if (Interlocked.Exchange(ref _idle[i], null) is { } state)
            {
                return state;
            }
        }

        return new JpegDecodeState();
    }

    private void Return(JpegDecodeState state)
    {
        for (int i = 0; i < _idle.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _idle[i], state, null) is null)
            {
                return;
            }
        }
    }
}
