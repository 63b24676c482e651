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
    private volatile bool _isPlausible;

    public DetectionModel(LoadedModel model, DetectionOptions options, DetectionTask task)
    {
        _model = model;
        _options = options;
        _metadata = UltralyticsMetadata.Read(model);
        Labels = ModelLabels.Find(model, options.LabelsFile);
        Selection = HeadSelector.Select(model, _metadata, Labels.Count, GetInputSize(model), options, task);
        if (Selection.IsFound)
        {
            RecordDecisions(Selection.Heads.Select(head => head.Description));
        }
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
            return DefaultPreprocessing.Decide(_model, set.Clone(), "the option Preprocessing");
        }

        bool isYolox = Selection is { IsFound: true, Heads: [{ Head: DetectionHead.Yolox or DetectionHead.YoloxDecoded }] };
        ImagePreprocessingOptions settings = isYolox ? ImagePreprocessingPresets.Yolox() : ImagePreprocessingPresets.Ultralytics();
        (int height, int width) = GetInputSize(_model);
        DefaultPreprocessing.CreateLetterbox(settings, _metadata, height, width);
        if (_options.RectangularInput && height == 0 && width == 0)
        {
            settings.LetterboxStride = _metadata.Stride > 0 ? _metadata.Stride : DefaultStride;
        }

        return DefaultPreprocessing.Decide(
            _model, settings, isYolox ? "the letterbox of YOLOX" : "Ultralytics' letterbox in the size of the model");
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

    /// <summary>Checks that the values of the first outputs are those of the head.</summary>
    /// <param name="output">The output that belongs to one image.</param>
    /// <param name="resolved">The head.</param>
    /// <exception cref="ModelContractException">They are not: the model is a detector of another family.</exception>
    public void CheckPlausible(ReadOnlySpan<float> output, ResolvedHead resolved)
    {
        if (_isPlausible)
        {
            return;
        }

        HeadQuery query = Selection.Query;
        DetectionHead head = resolved.Head.Head;
        bool mayBeShares = query.Forced || (query.FromUltralytics && head != DetectionHead.EndToEnd);
        string? contradiction =
            HeadPlausibility.FindContradiction(output, head, resolved.Layout, mayBeShares, out bool isConclusive);
        if (contradiction is not null)
        {
            throw new ModelContractException(
                $"Output {_model.Description.Outputs[Selection.Output]} of model '{_model.Identity.Name}' has the shape of " +
                $"{resolved.Head.Description}, but {contradiction}. The model is probably a detector of another family. Export a YOLO " +
                "model, or read the outputs with your own postprocessor (UseImagePipeline).");
        }

        _isPlausible = isConclusive;
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

    private void RecordDecisions(IEnumerable<string> heads)
    {
        string origin = _options.Head != DetectionHead.Auto ? "the option Head"
            : Labels.Count > 0 ? "shapes, labels and metadata" : "shapes and metadata";
        _model.Decide(new ModelDecision("task", "object-detection", "the pipeline"));
        _model.Decide(new ModelDecision("output", _model.Description.Outputs[Selection.Output].Name, "its shape and name"));
        _model.Decide(new ModelDecision("head", string.Join(" or ", heads), origin));
        if (_options.IouThreshold is not null && Selection.Heads.All(head => head.DefaultIouThreshold is null))
        {
            _model.Decide(new ModelDecision(
                "overlap", "ignored", "the boxes of end-to-end models are never suppressed, so IouThreshold has no effect", true));
        }
    }

    // In a chain of models only the first one must have an image input.
    private static (int Height, int Width) GetInputSize(LoadedModel model) =>
        ImageInput.Find(model) is { } input ? ImageInput.GetSize(input) : default;
}
