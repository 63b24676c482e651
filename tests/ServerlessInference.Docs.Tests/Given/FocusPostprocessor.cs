using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Vision;

namespace ServerlessInference.Docs.Tests.Given;

/// <summary>The postprocessor of an application's own vision model.</summary>
public sealed class FocusPostprocessor : IPostprocessor<FocusPoint>
{
    /// <inheritdoc/>
    public ValueTask PostprocessAsync(InferenceBatch batch, Memory<FocusPoint> outputs, CancellationToken cancellationToken)
    {
        TensorView<float> points = batch.GetOutput<float>("point");
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs.Span[i] = new FocusPoint(batch.GetImageTransform(i).ToSourceX(points.Row(i)[0]), 0, points.Row(i)[2]);
        }

        return ValueTask.CompletedTask;
    }
}
