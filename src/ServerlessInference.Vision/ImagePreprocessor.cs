using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Vision;

/// <summary>
/// Turns encoded images into the image input of a model, <c>[n, 3, h, w]</c> or <c>[n, h, w, 3]</c> of float32, float16 or uint8: decodes
/// them, resizes or letterboxes them, normalises them, and writes them into the input. An input with one channel gets grey values, one with
/// four channels an opaque alpha channel.
/// </summary>
/// <remarks>
/// <para>A postprocessor reads from the batch where each image is in its tensor
/// (<see cref="InferenceBatchExtensions.GetImageTransform"/>), which maps boxes, keypoints or masks back to pixels of the image.</para>
/// <para>An image that cannot be used fails with an <see cref="InvalidInputException"/>; the other images of the batch are still
/// answered. Thread-safe. Working memory is reused from batch to batch.</para>
/// <para>An ordinary program calls <see cref="VisionModelBuilderExtensions.UseImagePipeline"/>, which creates the preprocessor. Create one
/// yourself for a model that has further inputs, and call it from a preprocessor of your own that fills those.</para>
/// </remarks>
/// <example>
/// <code>
/// model.UsePipeline(
///     services => new ImagePreprocessor(decoder: services.GetRequiredService&lt;ImageDecoder&gt;()),
///     services => new BrightnessPostprocessor());
/// </code>
/// </example>
public sealed class ImagePreprocessor : IPreprocessor<ReadOnlyMemory<byte>>, IDryRunStage
{
    private readonly IImageDecoder _decoder;
    private readonly ImageDecodeOptions _decoding;
    private readonly WorkingMemory _memory;
    private readonly Func<LoadedModel, ImagePreprocessingOptions> _readSettings;
    private readonly ImageBufferPool _buffers = new();

    /// <summary>Creates a preprocessor.</summary>
    /// <param name="options">The settings; <see langword="null"/> for the defaults, which follow from the files of the model.</param>
    /// <param name="decoder">The decoder; <see langword="null"/> for one that reads JPEG, PNG, WebP, GIF and BMP.</param>
    /// <param name="memory">
    /// The memory budget. An image that does not fit next to the images in progress waits before it is decoded. <see langword="null"/> for
    /// no limit.
    /// </param>
    public ImagePreprocessor(ImagePipelineOptions? options = null, IImageDecoder? decoder = null, WorkingMemory? memory = null)
    {
        options ??= new ImagePipelineOptions();
        _decoder = decoder ?? new ImageDecoder();
        _decoding = options.Decoding;
        _memory = memory ?? new WorkingMemory();
        _readSettings = model => DefaultPreprocessing.Read(model, options.Preprocessing);
    }

    /// <summary>Creates a preprocessor.</summary>
    /// <param name="decoder">Decodes the images.</param>
    /// <param name="decoding">Limits, orientation, transparency and scaling.</param>
    /// <param name="memory">The memory budget.</param>
    /// <param name="readSettings">Reads the preprocessing settings that a model was trained with.</param>
    internal ImagePreprocessor(
        IImageDecoder decoder, ImageDecodeOptions decoding, WorkingMemory memory, Func<LoadedModel, ImagePreprocessingOptions> readSettings)
    {
        _decoder = decoder;
        _decoding = decoding;
        _memory = memory;
        _readSettings = readSettings;
    }

    /// <inheritdoc/>
    /// <remarks>Height and width are dynamic, so that settings of any size fit this description.</remarks>
    IReadOnlyList<ValueDescription> IDryRunStage.Placeholders { get; } =
        [new("image", ValueKind.Tensor, TensorElementType.Float, [-1, ImageBuffer.Channels, -1, -1])];

    /// <inheritdoc/>
    ReadOnlyMemory<byte> IDryRunStage.SampleInput => SampleImage.Jpeg;

    /// <inheritdoc/>
    public void Prepare(LoadedModel model) => _ = GetPlan(model);

    /// <inheritdoc/>
    public bool TryCreateWarmupInput(LoadedModel model, out ReadOnlyMemory<byte> input)
    {
        input = WarmupImage.Png;
        return true;
    }

    /// <inheritdoc/>
    public int GetMaxBatchSize(LoadedModel model) => GetPlan(model).VariableSize ? 1 : int.MaxValue;

    /// <inheritdoc/>
    public ValueTask PreprocessAsync(ReadOnlyMemory<ReadOnlyMemory<byte>> inputs, InferenceBatch batch, CancellationToken cancellationToken)
    {
        ImageBatchState state = batch.State(static () => new ImageBatchState());
        state.Begin(inputs.Length);
        return PreprocessFrom(0, inputs, batch, state, cancellationToken);
    }

    // Not an async method: memory is nearly always available at once, and then no state machine has to be allocated. Only when it is
    // not does WaitAsync take over at the current row.
    private ValueTask PreprocessFrom(
        int row,
        ReadOnlyMemory<ReadOnlyMemory<byte>> inputs,
        InferenceBatch batch,
        ImageBatchState state,
        CancellationToken cancellationToken)
    {
        for (; row < inputs.Length; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (batch.GetFailure(row) is not null)
            {
                continue;
            }

            ReadOnlyMemory<byte> encoded = inputs.Span[row];
            long bytes = _memory.IsLimited ? _decoder.EstimateMemory(encoded.Span, _decoding) : 0;
            if (bytes > _memory.MaxInputBytes)
            {
                batch.Fail(row, InvalidImages.CreateTooLarge(bytes, _memory.MaxInputBytes.Value));
                continue;
            }

            if (!_memory.TryReserve(bytes))
            {
                return WaitAsync(bytes, row, inputs, batch, state, cancellationToken);
            }

            Fill(encoded.Span, row, batch, state, bytes);
        }

        return ValueTask.CompletedTask;
    }

    private async ValueTask WaitAsync(
        long bytes,
        int row,
        ReadOnlyMemory<ReadOnlyMemory<byte>> inputs,
        InferenceBatch batch,
        ImageBatchState state,
        CancellationToken cancellationToken)
    {
        await _memory.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false);
        Fill(inputs.Span[row].Span, row, batch, state, bytes);
        await PreprocessFrom(row + 1, inputs, batch, state, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Decodes an image into its row of the tensor and releases the memory that was reserved for it.</summary>
    private void Fill(ReadOnlySpan<byte> encoded, int row, InferenceBatch batch, ImageBatchState state, long reserved)
    {
        Plan plan = GetPlan(batch.Model);
        ImageBuffer image = _buffers.Rent();

        // The memory of an image that is larger than all images together may be is not kept for the next one.
        bool keepsBuffer = !(reserved > _memory.LimitBytes);
        try
        {
            _decoder.Decode(encoded, _decoding, image);

            // The tensor is created when the first image has been decoded, since its size may depend on the image.
            if (!state.HasSize)
            {
                ImageSize size = plan.Tensorizer.GetSize(image.Width, image.Height);
                Begin(plan, batch, size);
                state.Size = size;
            }

            LetterboxTransform transform = Write(plan, batch, state.Size, row, image);
            state.Transforms[row] = _decoding.ScaleToShorterSide > 0 ? ToOriginal(transform, encoded) : transform;
        }
        catch (InvalidImageException exception)
        {
            batch.Fail(row, InvalidImages.ToInputException(exception));
        }
        catch (InvalidInputException exception)
        {
            // A decoder of the application may throw the exception that event sources understand.
            batch.Fail(row, exception);
        }
        catch (OutOfMemoryException)
        {
            // The pipeline refuses the image if it fails alone as well.
            keepsBuffer = false;
            throw;
        }
        finally
        {
            if (keepsBuffer)
            {
                _buffers.Return(image);
            }

            _memory.Release(reserved);
        }
    }

    // The image may have been scaled down while it was decoded. Boxes must refer to the pixels of the file, so the gains are converted
    // to that size. The header has the displayed size, which is the transposed one if the orientation was not applied.
    private LetterboxTransform ToOriginal(in LetterboxTransform transform, ReadOnlySpan<byte> encoded)
    {
        ImageInfo info = _decoder.Identify(encoded);
        bool asStored = !_decoding.ApplyOrientation && OrientationTransform.SwapsSides(info.Orientation);
        int width = asStored ? info.Height : info.Width;
        int height = asStored ? info.Width : info.Height;
        return transform with
        {
            SourceWidth = width,
            SourceHeight = height,
            GainX = transform.GainX * transform.SourceWidth / width,
            GainY = transform.GainY * transform.SourceHeight / height,
        };
    }

    private Plan GetPlan(LoadedModel model) => model.GetOrCreate(this, CreatePlan);

    private Plan CreatePlan(LoadedModel model)
    {
        ValueDescription input = ImageInput.Get(model);
        bool channelsLast = ImageInput.HasChannelsLast(input);
        ImagePreprocessingOptions settings = _readSettings(model);
        settings.Layout = channelsLast ? TensorLayout.Nhwc : TensorLayout.Nchw;
        settings.ElementType = input.ElementType switch
        {
            TensorElementType.Float16 => ImageElementType.Float16,
            TensorElementType.UInt8 => ImageElementType.UInt8,
            _ => ImageElementType.Float32,
        };
        if (settings.Validate() is { Count: > 0 } failures)
        {
            throw new ModelLoadException(
                $"The preprocessing settings of model '{model.Identity.Name}' cannot be used: {string.Join(" ", failures)} Correct them " +
                "(preprocessor_config.json or config.json next to the model, or the option Preprocessing).");
        }

        long height = input.Shape[channelsLast ? 1 : 2];
        long width = input.Shape[channelsLast ? 2 : 3];
        if (height > 0 && settings.Height != height || width > 0 && settings.Width != width)
        {
            throw new ModelContractException(
                $"The input {input} of model '{model.Identity.Name}' takes images of {width} x {height}; " +
                $"the preprocessing settings produce {settings.Width} x {settings.Height}. " +
                "Change the settings (preprocessor_config.json next to the model, or the option Preprocessing).");
        }

        int channels = ImageInput.GetChannels(input);
        return new Plan(
            new ImageTensorizer(settings),
            model.Description.IndexOfInput(input.Name),
            channels,
            channels == ImageBuffer.Channels ? null : new ChannelPlanes(settings, channels),
            settings.Width == 0 || settings.Mode == ImageResizeMode.Letterbox && settings.LetterboxStride > 0);
    }

    private static void Begin(Plan plan, InferenceBatch batch, ImageSize size)
    {
        ReadOnlySpan<long> shape = plan.Tensorizer.Layout == TensorLayout.Nchw
            ? [batch.Rows, plan.Channels, size.Height, size.Width]
            : [batch.Rows, size.Height, size.Width, plan.Channels];

        // The tensor is cleared, because the model also runs the rows of images that failed and the rows that only fill up a fixed batch.
        // Their results are discarded, but uninitialised memory must not decide what the model computes there.
        switch (plan.Tensorizer.ElementType)
        {
            case ImageElementType.Float16:
                Clear(batch.CreateInput<Half>(plan.Input, shape), batch);
                break;
            case ImageElementType.UInt8:
                Clear(batch.CreateInput<byte>(plan.Input, shape), batch);
                break;
            default:
                Clear(batch.CreateInput<float>(plan.Input, shape), batch);
                break;
        }
    }

    // A batch of one row needs no clearing: either its image is written completely, or the batch fails and never runs.
    private static void Clear<T>(Span<T> tensor, InferenceBatch batch)
    {
        if (batch.Rows > 1)
        {
            tensor.Clear();
        }
    }

    private static LetterboxTransform Write(Plan plan, InferenceBatch batch, ImageSize size, int row, ImageBuffer image)
    {
        int length = plan.Channels * size.Width * size.Height;
        switch (plan.Tensorizer.ElementType)
        {
            case ImageElementType.Float16:
                Span<Half> halves = batch.GetInput<Half>(plan.Input).Slice(row * length, length);
                return plan.Planes is null
                    ? plan.Tensorizer.Write(image, halves)
                    : plan.Planes.Write(image, halves, plan.Tensorizer.Write, (Half)plan.Planes.Opaque);
            case ImageElementType.UInt8:
                Span<byte> bytes = batch.GetInput<byte>(plan.Input).Slice(row * length, length);
                return plan.Planes is null
                    ? plan.Tensorizer.Write(image, bytes)
                    : plan.Planes.Write(image, bytes, plan.Tensorizer.Write, byte.MaxValue);
            default:
                Span<float> floats = batch.GetInput<float>(plan.Input).Slice(row * length, length);
                return plan.Planes is null
                    ? plan.Tensorizer.Write(image, floats)
                    : plan.Planes.Write(image, floats, plan.Tensorizer.Write, plan.Planes.Opaque);
        }
    }

    private sealed record Plan(ImageTensorizer Tensorizer, int Input, int Channels, ChannelPlanes? Planes, bool VariableSize);
}
