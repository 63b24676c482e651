using ServerlessInference.Sessions;
using ServerlessInference.Vision.Detection.Heads;

namespace ServerlessInference.Vision.Detection;

/// <summary>What the models of a pipeline detect: axis-aligned boxes, and perhaps more per box. Immutable.</summary>
/// <remarks>
/// A further task, such as masks, adds an instance of this class, the heads that differ from those of <see cref="Boxes"/>, and an
/// <see cref="IDetectionAnswer{TAnswer}"/>.
/// </remarks>
/// <param name="Name">The name of the task in Ultralytics' metadata.</param>
/// <param name="Heads">The heads that are recognised automatically.</param>
/// <param name="SelectableHeads">The heads that <see cref="DetectionOptions.Head"/> can select.</param>
/// <param name="CountFurtherValues">
/// Counts the values that a box of the model has after its class scores; <see langword="null"/> if there are none.
/// </param>
internal sealed record DetectionTask(
    string Name,
    IReadOnlyList<HeadDefinition> Heads,
    IReadOnlyList<HeadDefinition> SelectableHeads,
    Func<LoadedModel, int>? CountFurtherValues = null)
{
    /// <summary>Gets the detection of axis-aligned boxes.</summary>
    public static DetectionTask Boxes { get; } = new(
        "detect",
        [KnownHeads.EndToEnd, KnownHeads.YoloV8, KnownHeads.YoloV5, KnownHeads.YoloxOfEitherKind],
        [KnownHeads.EndToEnd, KnownHeads.YoloV8, KnownHeads.YoloV5, KnownHeads.Yolox, KnownHeads.YoloxDecoded]);
}
