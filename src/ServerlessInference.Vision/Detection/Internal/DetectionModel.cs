using ServerlessInference.Sessions;
using ServerlessInference.Vision.Imaging;
using ServerlessInference.Vision.Imaging.Internal;
using ServerlessInference.Vision.Internal;

namespace ServerlessInference.Vision.Detection.Internal;

/// <summary>The properties of a loaded model that detection needs: labels, head and letterbox. Thread-safe.</summary>
internal sealed class DetectionModel
{
    /// <summary>The input size if neither the model nor its metadata states one: the size with which Ultralytics trains.</summary>
    private const int DefaultSide = 640;

    private const int DefaultStride = 32;

    private readonly DetectionOptions _options;
    private readonly UltralyticsMetadata _metadata;
    private readonly LoadedModel _model;
    private ResolvedHead? _resolved;

    public DetectionModel(LoadedModel model, DetectionOptions options)
    {
        _model = model;
        _options = options;
        _metadata = UltralyticsMetadata.Read(model);
        Labels = ModelLabels.Find(model, options.LabelsFile);
        Selection = HeadSelector.Select(model, _metadata, Labels.Count, GetInputSize(model), options);
    }

    /// <summary>Gets the class names. Empty if the model has none.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Gets the output with the boxes and its possible heads, or the reason why none was found.</summary>
    public HeadSelection Selection { get; }

    /// <summary>Creates the settings of the model's letterbox.</summary>
    /// <remarks>
    /// A model without a head gets Ultralytics' letterbox. Such a model may be the first one of a chain, whose last model has the head.
    /// </remarks>
    public ImagePreprocessingOptions CreatePreprocessing()
    {
        if (_options.Preprocessing is { } set)
        {
            return set.Clone();
        }

        bool isYolox = Selection is { IsFound: true, Decoders: [{ Head: DetectionHead.Yolox or DetectionHead.YoloxDecoded }] };
        ImagePreprocessingOptions settings = isYolox ? ImagePreprocessingPresets.Yolox() : ImagePreprocessingPresets.Ultralytics();
        (int height, int width) = GetInputSize(_model);
        settings.Height = height > 0 ? height : _metadata.Height > 0 ? _metadata.Height : DefaultSide;
        settings.Width = width > 0 ? width : _metadata.Width > 0 ? _metadata.Width : DefaultSide;
        if (_options.RectangularInput && height == 0 && width == 0)
        {
            settings.LetterboxStride = _metadata.Stride > 0 ? _metadata.Stride : DefaultStride;
        }

        return settings;
    }

    /// <summary>Determines the head of an output after the model has run.</summary>
    /// <param name="shape">The shape of the output.</param>
    /// <param name="rows">The number of images that were run.</param>
    /// <param name="input">The size of the input tensor in pixels.</param>
    /// <returns>The head and its sizes.</returns>
    /// <exception cref="ModelContractException">The output does not match what the model declares.</exception>
    public ResolvedHead Resolve(ReadOnlySpan<long> shape, int rows, ImageSize input)
    {
        if (shape.Length != 3 || shape[0] != rows || shape[1] > int.MaxValue || shape[2] > int.MaxValue)
        {
            throw Unexpected(shape, $"[{rows}, n, m] was expected");
        }

        // The outputs of most models always have the same shape, so the last result is cached. ResolvedHead is immutable; if two threads
        // resolve different shapes at the same time, the only cost is that one of them has to be resolved again.
        ResolvedHead? last = Volatile.Read(ref _resolved);
        if (last is null
            || last.Axis1 != shape[1] || last.Axis2 != shape[2]
            || last.Layout.Height != input.Height || last.Layout.Width != input.Width)
        {
            last = FindHead(shape, input);
            Volatile.Write(ref _resolved, last);
        }

        return last;
    }

    private ResolvedHead FindHead(ReadOnlySpan<long> shape, ImageSize input)
    {
        var query = Selection.Query with { Axis1 = shape[1], Axis2 = shape[2], Height = input.Height, Width = input.Width };

        // If there was a single candidate before the model ran, it stays: the images were preprocessed for that head (YOLOX has its own
        // letterbox). Only whether the actual shape fits it is checked below.
        Heads.IDetectionHeadDecoder[] decoders = Selection.Decoders is [var only]
            ? [only]
            : HeadSelector.FindMatches(Selection.Decoders, query, out _);
        string mismatches = string.Empty;
        if (decoders is [var decoder] && HeadSelector.FindMatches(decoders, query with { Forced = true }, out mismatches) is [_])
        {
            return new ResolvedHead(query.Axis1, query.Axis2, decoder, decoder.CreateLayout(query));
        }

        if (decoders.Length != 1)
        {
            HeadSelector.FindMatches(Selection.Decoders, query, out mismatches);
        }

        throw Unexpected(shape, decoders.Length > 1 ? HeadSelector.DescribeAmbiguity(decoders) : mismatches);
    }

    private ModelContractException Unexpected(ReadOnlySpan<long> shape, string reason) => new(
        $"Output {_model.Description.Outputs[Selection.Output]} of model '{_model.Identity.Name}' is " +
        $"{$"[{string.Join(", ", shape.ToArray())}]"}: {reason}. " +
        $"Load the labels that belong to this model, or set the option {nameof(DetectionOptions.Head)}.");

    private static (int Height, int Width) GetInputSize(LoadedModel model)
    {
        // In a chain of models only the first one must have an image input.
        if (EncodedImagePreprocessor.FindImageInput(model) is not { } input)
        {
            return default;
        }

        bool channelsLast = input.Shape[3] == ImageBuffer.Channels && input.Shape[1] != ImageBuffer.Channels;
        return (ToSide(input.Shape[channelsLast ? 1 : 2]), ToSide(input.Shape[channelsLast ? 2 : 3]));
    }

    // A dynamic axis, or one that no image can have, counts as not known: 0.
    private static int ToSide(long axis) => axis is > 0 and <= 65_535 ? (int)axis : 0;
}
