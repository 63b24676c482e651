using System.Buffers;
using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>Chains postprocessing steps.</summary>
public static class Postprocessing
{
    /// <summary>Puts a step behind a postprocessor.</summary>
    /// <typeparam name="TPrevious">What the postprocessor answers.</typeparam>
    /// <typeparam name="TOutput">What the step answers.</typeparam>
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

    /// <summary>Makes a step of a function that turns one answer into another.</summary>
    /// <typeparam name="TPrevious">What it takes.</typeparam>
    /// <typeparam name="TOutput">What it gives.</typeparam>
    /// <param name="transform">The function.</param>
    /// <returns>The step.</returns>
    public static IPostprocessingStep<TPrevious, TOutput> Step<TPrevious, TOutput>(Func<TPrevious, TOutput> transform)
    {
        ArgumentNullException.ThrowIfNull(transform);
        return new FunctionStep<TPrevious, TOutput>(transform);
    }

    private sealed class Chained<TPrevious, TOutput>(IPostprocessor<TPrevious> postprocessor, IPostprocessingStep<TPrevious, TOutput> step)
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
                if (batch.FailureOf(i) is null)
                {
                    outputs.Span[i] = transform(previous.Span[i]);
                }
            }

            return ValueTask.CompletedTask;
        }
    }
}
