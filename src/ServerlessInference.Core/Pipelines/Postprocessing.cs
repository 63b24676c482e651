using System.Buffers;
using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>Combines postprocessing steps.</summary>
/// <remarks>Thread-safe.</remarks>
/// <example>
/// <code>
/// IPostprocessor&lt;string&gt; label = new LabelPredictionPostprocessor()
///     .Then(Postprocessing.Step&lt;LabelPrediction, string&gt;(prediction =&gt; prediction.Label));
/// </code>
/// </example>
public static class Postprocessing
{
    /// <summary>Adds a step after a postprocessor.</summary>
    /// <typeparam name="TPrevious">The type that the postprocessor returns.</typeparam>
    /// <typeparam name="TOutput">The type that the step returns.</typeparam>
    /// <param name="postprocessor">The postprocessor that reads the tensors.</param>
    /// <param name="step">The step.</param>
    /// <returns>Both as one postprocessor.</returns>
    public static IPostprocessor<TOutput> Then<TPrevious, TOutput>(
        this IPostprocessor<TPrevious> postprocessor, IPostprocessingStep<TPrevious, TOutput> step)
    {
        ArgumentNullException.ThrowIfNull(postprocessor);
        ArgumentNullException.ThrowIfNull(step);
        return new Chained<TPrevious, TOutput>(postprocessor, step);
    }

    /// <summary>Creates a step from a function that converts one answer.</summary>
    /// <typeparam name="TPrevious">The type that the function takes.</typeparam>
    /// <typeparam name="TOutput">The type that the function returns.</typeparam>
    /// <param name="transform">The function.</param>
    /// <returns>The step.</returns>
    public static IPostprocessingStep<TPrevious, TOutput> Step<TPrevious, TOutput>(Func<TPrevious, TOutput> transform)
    {
        ArgumentNullException.ThrowIfNull(transform);
        return new FunctionStep<TPrevious, TOutput>(transform);
    }

    private sealed class Chained<TPrevious, TOutput>(
        IPostprocessor<TPrevious> postprocessor, IPostprocessingStep<TPrevious, TOutput> step)
        : IPostprocessor<TOutput>
    {
        public void Prepare(LoadedModel model) => postprocessor.Prepare(model);

        public async ValueTask PostprocessAsync(InferenceBatch batch, Memory<TOutput> outputs, CancellationToken cancellationToken)
        {
            TPrevious[] previous = ArrayPool<TPrevious>.Shared.Rent(outputs.Length);
            try
            {
                await postprocessor.PostprocessAsync(batch, previous.AsMemory(0, outputs.Length), cancellationToken).ConfigureAwait(false);
                await step.PostprocessAsync(previous.AsMemory(0, outputs.Length), outputs, batch, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                ArrayPool<TPrevious>.Shared.Return(previous, clearArray: true);
            }
        }
    }

    private sealed class FunctionStep<TPrevious, TOutput>(Func<TPrevious, TOutput> transform) : IPostprocessingStep<TPrevious, TOutput>
    {
        public ValueTask PostprocessAsync(
            ReadOnlyMemory<TPrevious> previous, Memory<TOutput> outputs, InferenceBatch batch, CancellationToken cancellationToken)
        {
            for (int i = 0; i < previous.Length; i++)
            {
                if (batch.GetFailure(i) is null)
                {
                    outputs.Span[i] = transform(previous.Span[i]);
                }
            }

            return ValueTask.CompletedTask;
        }
    }
}
