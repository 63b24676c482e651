using System.Collections.Concurrent;

namespace ServerlessInference.Imaging.Processing;

/// <summary>
/// Turns decoded images into tensors. Resizing, cropping or letterboxing, normalisation and layout happen row by row in a single pass.
/// </summary>
/// <remarks>
/// <para>Output: one image, <c>[3, height, width]</c> or <c>[height, width, 3]</c>, written into the caller's memory, for example its slice
/// of a batch.</para>
/// <para>Resized pixels equal those of Pillow or OpenCV (see <see cref="ResizeFilter"/>). Values are
/// <c>(float32(pixel × Scale) - Mean) / StandardDeviation</c> with each step rounded to float32, as in torchvision.</para>
/// <para>Thread-safe. Working memory is reused from image to image, one set per concurrent caller. The options are read once, in the
/// constructor.</para>
/// </remarks>
/// <example>
/// <code>
/// var tensorizer = new ImageTensorizer(ImagePreprocessingPresets.Torchvision());
/// var tensor = new float[3 * 224 * 224];
/// tensorizer.Write(image, tensor);
/// </code>
/// </example>
public sealed class ImageTensorizer
{
    private readonly ImagePreprocessingOptions _options;
    private readonly ConcurrentQueue<TensorWorkspace> _idle = new();
    private readonly TensorRows<float> _floats;
    private readonly TensorRows<Half> _halves;
    private readonly TensorRows<byte> _bytes;
    private TensorWorkspace? _first;

    /// <summary>Creates a tensorizer.</summary>
    /// <param name="options">The settings. They are copied.</param>
    /// <exception cref="ArgumentException">The settings are invalid. The message lists every failure.</exception>
    public ImageTensorizer(ImagePreprocessingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } failures)
        {
            throw new ArgumentException($"The settings are invalid. {string.Join(' ', failures)}", nameof(options));
        }

        _options = options.Clone();
        var normalizer = new PixelNormalizer(_options);
        byte[] pixels = new byte[normalizer.Table.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)i;
        }

        // One writer per element type. All three look pixels up in a table of 256 values per colour; only float32 also has vector code.
        _floats = new TensorRows<float>(normalizer.Table, _options, normalizer.CanCompute ? normalizer : null);
        _halves = new TensorRows<Half>(Array.ConvertAll(normalizer.Table, value => (Half)value), _options, null);
        _bytes = new TensorRows<byte>(pixels, _options, null);
    }

    /// <summary>Gets the element type of the tensor, which decides the overload of <c>Write</c> to call.</summary>
    public ImageElementType ElementType => _options.ElementType;

    /// <summary>Gets the order of the tensor's axes.</summary>
    public TensorLayout Layout => _options.Layout;

    /// <summary>Gets the size of the tensor for an image.</summary>
    /// <param name="width">The width of the image in pixels, above 0.</param>
    /// <param name="height">The height of the image in pixels, above 0.</param>
    /// <returns>The width and height of the tensor. They are the same for all images unless the settings let them vary.</returns>
    /// <exception cref="InvalidImageException">The aspect ratio of the image would make the tensor too large.</exception>
    public ImageSize GetSize(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ResizePlan plan = ResizePlan.Create(_options, width, height);
        return new ImageSize(plan.Width, plan.Height);
    }

    /// <summary>Writes an image as a float32 tensor.</summary>
    /// <param name="image">The image, which must not be empty. It is read during the call.</param>
    /// <param name="tensor">Receives 3 × height × width values. Elements after them are not written.</param>
    /// <returns>The transform that maps pixels of the tensor back to pixels of the image.</returns>
    /// <exception cref="ArgumentException">The image is empty, or <paramref name="tensor"/> is too short.</exception>
    /// <exception cref="InvalidImageException">The aspect ratio of the image would make the tensor too large.</exception>
    public LetterboxTransform Write(ImageBuffer image, Span<float> tensor) => Write(image, tensor, _floats);

    /// <summary>Writes an image as a float16 tensor: the float32 values, rounded half to even.</summary>
    /// <inheritdoc cref="Write(ImageBuffer, Span{float})"/>
    public LetterboxTransform Write(ImageBuffer image, Span<Half> tensor) => Write(image, tensor, _halves);

    /// <summary>
    /// Writes an image as a tensor of bytes: the resized pixels, 0 to 255. Scale, mean and standard deviation are not applied.
    /// </summary>
    /// <inheritdoc cref="Write(ImageBuffer, Span{float})"/>
    public LetterboxTransform Write(ImageBuffer image, Span<byte> tensor) => Write(image, tensor, _bytes);

    private LetterboxTransform Write<T>(ImageBuffer image, Span<T> tensor, TensorRows<T> rows)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Width == 0 || image.Height == 0)
        {
            throw new ArgumentException("The image is empty. Decode an image into it first.", nameof(image));
        }

        ResizePlan plan = ResizePlan.Create(_options, image.Width, image.Height);
        int length = plan.Width * plan.Height * ImageBuffer.Channels;
        if (tensor.Length < length)
        {
            throw new ArgumentException(
                $"The tensor has {tensor.Length} elements; 3 x {plan.Height} x {plan.Width} = {length} are needed.", nameof(tensor));
        }

        TensorWorkspace workspace = Rent();
        try
        {
            Write(image, tensor[..length], rows, plan, workspace);
        }
        finally
        {
            Return(workspace);
        }

        return plan.Transform;
    }

    private unsafe void Write<T>(ImageBuffer image, Span<T> tensor, TensorRows<T> rows, in ResizePlan plan, TensorWorkspace workspace)
        where T : unmanaged
    {
        // The tensor is padding above the image, then rows that are padding, image and padding, then padding below the image.
        // Every element is written exactly once, so the caller's memory need not be cleared.
        PixelRegion region = plan.Region;
        int width = plan.Width;
        nint plane = (nint)width * plan.Height;
        int bottom = plan.Top + region.Height;
        Span<byte> row = workspace.Row(region.Width * ImageBuffer.Channels);
        RowResampler resampler = workspace.Resamplers.Select(region, _options.Filter);
        resampler.Begin(image, region);
        try
        {
            fixed (T* to = tensor)
            fixed (byte* pixels = row)
            {
                rows.Fill(plan.Fill, plan.Top * width, to, 0, plane);
                for (int y = 0; y < region.Height; y++)
                {
                    nint at = (nint)(plan.Top + y) * width;
                    resampler.ReadRow(y, row);
                    rows.Fill(plan.Fill, plan.Left, to, at, plane);
                    rows.Write(pixels, region.Width, to, at + plan.Left, plane);
                    rows.Fill(plan.Fill, width - plan.Left - region.Width, to, at + plan.Left + region.Width, plane);
                }

                rows.Fill(plan.Fill, (plan.Height - bottom) * width, to, (nint)bottom * width, plane);
            }
        }
        finally
        {
            resampler.End();
        }
    }

    // The first workspace has its own field, because a single caller at a time is the usual case on Lambda and an exchange is cheaper
    // than a queue.
    private TensorWorkspace Rent() =>
        Interlocked.Exchange(ref _first, null) ?? (_idle.TryDequeue(out TensorWorkspace? workspace) ? workspace : new TensorWorkspace());

    private void Return(TensorWorkspace workspace)
    {
        if (Interlocked.CompareExchange(ref _first, workspace, null) is not null && _idle.Count < Environment.ProcessorCount)
        {
            _idle.Enqueue(workspace);
        }
    }
}
