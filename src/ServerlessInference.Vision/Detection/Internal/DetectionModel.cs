using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Sessions;
using ServerlessInference.Vision.Detection.Heads;

namespace ServerlessInference.Vision.Detection;

/// <summary>The properties of a loaded model that detection needs: labels, head and letterbox. Thread-safe.</summary>
internal sealed class DetectionModel
{
    private const int DefaultStride = 32;

    private readonly DetectionOptions _options;
    private readonly UltralyticsMetadata _metadata;
    private readonly LoadedModel _model;
    private ResolvedHead? _resolved;

    public DetectionModel(LoadedModel model, DetectionOptions options, DetectionTask task)
    {
        _model = model;
        _options = options;
        _metadata = UltralyticsMetadata.Read(model);
        Labels = ModelLabels.Find(model, options.LabelsFile);
        Selection = HeadSelector.Select(model, _metadata, Labels.Count, GetInputSize(model), options, task);
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

        bool isYolox = Selection is { IsFound: true, Heads: [{ Head: DetectionHead.Yolox or DetectionHead.YoloxDecoded }] };
        ImagePreprocessingOptions settings = isYolox ? ImagePreprocessingPresets.Yolox() : ImagePreprocessingPresets.Ultralytics();
        (int height, int width) = GetInputSize(_model);
        DefaultPreprocessing.CreateLetterbox(settings, _metadata, height, width);
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
        HeadDefinition[] heads = Selection.Heads is [var only]
            ? [only]
            : HeadSelector.FindMatches(Selection.Heads, query, out _);
        string mismatches = string.Empty;
        if (heads is [var head] && HeadSelector.FindMatches(heads, query with { Forced = true }, out mismatches) is [_])
        {
            return new ResolvedHead(query.Axis1, query.Axis2, head, head.Recognizer.CreateLayout(query));
        }

        if (heads.Length != 1)
        {
            HeadSelector.FindMatches(Selection.Heads, query, out mismatches);
        }

        throw Unexpected(shape, heads.Length > 1 ? HeadSelector.DescribeAmbiguity(heads) : mismatches);
    }

    private ModelContractException Unexpected(ReadOnlySpan<long> shape, string reason) => new(
        $"Output {_model.Description.Outputs[Selection.Output]} of model '{_model.Identity.Name}' is " +
        $"{$"[{string.Join(", ", shape.ToArray())}]"}: {reason}. " +
        $"Load the labels that belong to this model, or set the option {nameof(DetectionOptions.Head)}.");

    // In a chain of models only the first one must have an image input.
    private static (int Height, int Width) GetInputSize(LoadedModel model) =>
        ImageInput.Find(model) is { } input ? ImageInput.GetSize(input) : default;
}
