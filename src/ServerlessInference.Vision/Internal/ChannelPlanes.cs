using System.Buffers;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Vision;

/// <summary>Converts images and tensors of three colours for inputs with one channel (grey) or four (RGBA). Thread-safe.</summary>
/// <param name="settings">The preprocessing settings. Grey values are normalised with the mean and deviation of the first colour.</param>
/// <param name="channels">The number of channels of the input: 1 or 4.</param>
internal sealed class ChannelPlanes(ImagePreprocessingOptions settings, int channels)
{
    private readonly bool _channelsLast = settings.Layout == TensorLayout.Nhwc;
    private readonly bool _grey = channels == 1;

    /// <summary>Gets the value of the alpha channel of an opaque image, which is scaled but not normalised.</summary>
    public float Opaque { get; } = (float)(byte.MaxValue * settings.Scale);

    /// <summary>Writes a tensor of three colours.</summary>
    public delegate LetterboxTransform ColourWriter<T>(ImageBuffer image, Span<T> tensor);

    /// <summary>Writes an image with the channels of the input.</summary>
    /// <typeparam name="T">The element type of the tensor.</typeparam>
    /// <param name="image">The image. It is grey afterwards if the input is.</param>
    /// <param name="tensor">Receives the channels.</param>
    /// <param name="write">Writes the three colours.</param>
    /// <param name="opaque">The value of an opaque alpha channel.</param>
    /// <returns>The transform that maps pixels of the tensor back to pixels of the image.</returns>
    public LetterboxTransform Write<T>(ImageBuffer image, Span<T> tensor, ColourWriter<T> write, T opaque)
    {
        if (_grey)
        {
            MakeGrey(image);
        }

        int length = tensor.Length / channels * ImageBuffer.Channels;
        T[] rented = ArrayPool<T>.Shared.Rent(length);
        Span<T> colours = rented.AsSpan(0, length);
        LetterboxTransform transform = write(image, colours);
        Convert(colours, tensor, opaque);
        ArrayPool<T>.Shared.Return(rented);
        return transform;
    }

    // The weights are those of Pillow's convert("L"): ITU-R 601-2 in 16-bit fixed point.
    private static void MakeGrey(ImageBuffer image)
    {
        Span<byte> pixels = image.Pixels;
        for (int i = 0; i + 2 < pixels.Length; i += ImageBuffer.Channels)
        {
            int luma = (pixels[i] * 19595) + (pixels[i + 1] * 38470) + (pixels[i + 2] * 7471) + 0x8000;
            pixels[i] = pixels[i + 1] = pixels[i + 2] = (byte)(luma >> 16);
        }
    }

    private void Convert<T>(ReadOnlySpan<T> colours, Span<T> tensor, T opaque)
    {
        if (!_channelsLast)
        {
            int copied = Math.Min(colours.Length, tensor.Length);
            colours[..copied].CopyTo(tensor);
            tensor[copied..].Fill(opaque);
            return;
        }

        for (int i = 0; i < tensor.Length / channels; i++)
        {
            ReadOnlySpan<T> pixel = colours.Slice(i * ImageBuffer.Channels, ImageBuffer.Channels);
            if (_grey)
            {
                tensor[i] = pixel[0];
            }
            else
            {
                pixel.CopyTo(tensor[(i * channels)..]);
                tensor[(i * channels) + ImageBuffer.Channels] = opaque;
            }
        }
    }
}
