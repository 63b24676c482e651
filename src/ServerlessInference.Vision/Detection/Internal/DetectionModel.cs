using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Vision.Imaging;
using ServerlessInference.Vision.Imaging.Internal;
using ServerlessInference.Vision.Internal;

namespace ServerlessInference.Vision.Detection.Internal;

/// <summary>What detection knows of a loaded model: its labels, its head, its letterbox. Immutable and thread-safe.</summary>
internal sealed class DetectionModel
{
    /// <summary>What Ultralytics trains with, where neither the model nor its metadata says a size.</summary>
    private const int UsualSide = 640;

    private const int UsualStride = 32;

    private readonly DetectionOptions _options;
    private readonly UltralyticsMetadata _metadata;
    private readonly LoadedModel _model;
    private ResolvedHead? _resolved;

    public DetectionModel(LoadedModel model, DetectionOptions options)
    {
        _model = model;
        _options = options;
        _metadata = UltralyticsMetadata.Of(model);
        Labels = ModelLabels.Find(model, options.LabelsFile);
        Selection = HeadSelector.Select(model, _metadata, Labels.Count, InputSize(model), options);
    }

    /// <summary>Gets the class names; empty where the model has none.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Gets the output and its heads, or why there is none.</summary>
    public HeadSelection Selection { get; }

    /// <summary>Makes the settings of the model's letterbox.</summary>
    /// <remarks>A model without a head gets Ultralytics' letterbox: another model may stand behind it.</remarks>
    public ImagePreprocessingOptions Preprocessing()
    {
        if (_options.Preprocessing is { } set)
        {
            return set.Clone();
        }

        bool yolox = Selection is { IsFound: true, Decoders: [{ Head: DetectionHead.Yolox or DetectionHead.YoloxDecoded }] };
        ImagePreprocessingOptions settings = yolox ? ImagePreprocessingPresets.Yolox() : ImagePreprocessingPresets.Ultralytics();
        (int height, int width) = InputSize(_model);
        settings.Height = height > 0 ? height : _metadata.Height > 0 ? _metadata.Height : UsualSide;
        settings.Width = width > 0 ? width : _metadata.Width > 0 ? _metadata.Width : UsualSide;
        if (_options.Rectangles && height == 0 && width == 0)
        {
            settings.LetterboxStride = _metadata.Stride > 0 ? _metadata.Stride : UsualStride;
        }

        return settings;
    }

    /// <summary>Finds the head of an output that the model gave.</summary>
    /// <param name="shape">The output's axes.</param>
    /// <param name="rows">The number of images that ran.</param>
    /// <param name="input">The size of the images' tensor in pixels.</param>
    /// <returns>The head and its sizes.</returns>
    /// <exception cref="ModelContractException">The output does not fit what the model declares.</exception>
    public ResolvedHead Resolve(ReadOnlySpan<long> shape, int rows, ImageSize input)
    {
        if (shape.Length != 3 || shape[0] != rows || shape[1] > int.MaxValue || shape[2] > int.MaxValue)
        {
            throw Unexpected(shape, $"[{rows}, n, m] was expected");
        }

        // Most models have one shape; the last one is kept, and a race costs no more than finding it again.
        ResolvedHead? last = Volatile.Read(ref _resolved);
        if (last is null || last.Axis1 != shape[1] || last.Axis2 != shape[2] || last.Layout.Height != input.Height || last.Layout.Width != input.Width)
        {
            last = Find(shape, input);
            Volatile.Write(ref _resolved, last);
        }

        return last;
    }

    private ResolvedHead Find(ReadOnlySpan<long> shape, ImageSize input)
    {
        var query = Selection.Query with { Axis1 = shape[1], Axis2 = shape[2], Height = input.Height, Width = input.Width };

        // What told YOLOX from the others before the model ran must not be judged anew: images were made for it.
        Heads.IDetectionHeadDecoder[] decoders = Selection.Decoders is [var only]
            ? [only]
            : HeadSelector.Fitting(Selection.Decoders, query, out _);
        string reasons = string.Empty;
        if (decoders is [var decoder] && HeadSelector.Fitting(decoders, query with { Forced = true }, out reasons) is [_])
        {
            return new ResolvedHead(query.Axis1, query.Axis2, decoder, decoder.Layout(query));
        }

        if (decoders.Length != 1)
        {
            HeadSelector.Fitting(Selection.Decoders, query, out reasons);
        }

        throw Unexpected(
            shape, decoders.Length > 1 ? $"fits {string.Join(" and ", decoders.Select(fit => fit.Description))} alike" : reasons);
    }

    private ModelContractException Unexpected(ReadOnlySpan<long> shape, string reason) => new(
        $"Output {_model.Description.Outputs[Selection.Output]} of model '{_model.Identity.Name}' is {$"[{string.Join(", ", shape.ToArray())}]"}: {reason}. " +
        $"Load the labels that belong to this model, or set the option {nameof(DetectionOptions.Head)}.");

    private static (int Height, int Width) InputSize(LoadedModel model)
    {
        // Where models stand in a row, only the first has to take images.
        if (EncodedImagePreprocessor.FindImageInput(model) is not { } input)
        {
            return default;
        }

        bool channelsLast = input.Shape[3] == ImageBuffer.Channels && input.Shape[1] != ImageBuffer.Channels;
        return (Side(input.Shape[channelsLast ? 1 : 2]), Side(input.Shape[channelsLast ? 2 : 3]));
    }

    private static int Side(long axis) => axis is > 0 and <= 65_535 ? (int)axis : 0;
}
