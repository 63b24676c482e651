using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Vision.Detection.Heads;
using ServerlessInference.Vision.Detection.Suppression;

namespace ServerlessInference.Vision.Detection;

/// <summary>
/// Decodes a detection head of float16, float32 or float64, suppresses overlapping boxes, and lets the answer be shaped from the rest.
/// Thread-safe.
/// </summary>
/// <typeparam name="TAnswer">The answer for an image.</typeparam>
/// <param name="models">What is known about each loaded model.</param>
/// <param name="options">The options.</param>
/// <param name="answer">Shapes the answers.</param>
internal sealed class DetectionPostprocessor<TAnswer>(DetectionModels models, DetectionOptions options, IDetectionAnswer<TAnswer> answer)
    : IPostprocessor<TAnswer>
{
    public void Prepare(LoadedModel model)
    {
        ThrowIfNoHead(model);
        answer.Prepare(model);
    }

    public ValueTask PostprocessAsync(InferenceBatch batch, Memory<TAnswer> outputs, CancellationToken cancellationToken)
    {
        ThrowIfNoHead(batch.Model);
        DetectionModel model = models.Get(batch.Model);
        ImageBatchState images = batch.State(static () => new ImageBatchState());
        DetectionWorkspace workspace = batch.State(static () => new DetectionWorkspace());
        TensorView<float> output = batch.GetFloatOutput(model.Selection.Output);
        ResolvedHead resolved = model.Resolve(output.Shape, batch.Rows, images.Size);
        HeadDefinition head = resolved.Head;
        float minScore = options.MinScore ?? head.DefaultMinScore;
        float? overlap = head.DefaultIouThreshold is { } common ? options.IouThreshold ?? common : null;
        var settings = new SuppressionSettings(overlap, options.ClassAgnostic, options.MaxDetections, options.MaxCandidates);
        for (int row = 0; row < outputs.Length; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (batch.GetFailure(row) is not null)
            {
                continue;
            }

            ReadOnlySpan<float> values = output.Row(row);
            model.CheckPlausible(values, resolved);
            workspace.Candidates.Clear();
            head.Decoder.Decode(values, resolved.Layout, minScore, workspace.Candidates);
            var image = new ImageDetections
            {
                Batch = batch,
                Row = row,
                Labels = model.Labels,
                Output = values,
                Layout = resolved.Layout,
                Candidates = workspace.Candidates.Items,
                Transform = images.Transforms[row],
            };
            outputs.Span[row] = answer.Create(image, answer.Suppress(image, workspace.Suppression, settings));
        }

        return ValueTask.CompletedTask;
    }

    private void ThrowIfNoHead(LoadedModel model)
    {
        if (models.Get(model).Selection is { IsFound: false } selection)
        {
            throw new ModelContractException(selection.Failure);
        }
    }
}
