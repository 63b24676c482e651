using System.Buffers;
using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>Chains preprocessing steps.</summary>
public static class Preprocessing
{
    /// <summary>Puts a step before a preprocessor.</summary>
    /// <typeparam name="TInput">What the step takes.</typeparam>
    /// <typeparam name="TNext">What the preprocessor takes.</typeparam>
    /// <param name="step">The step.</param>
    /// <param name="next">The preprocessor that fills the tensors.</param>
    /// <returns>Both as one preprocessor.</returns>
    public static IPreprocessor<TInput> Then<TInput, TNext>(this IPreprocessingStep<TInput, TNext> step, IPreprocessor<TNext> next)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(next);
        return new Chained<TInput, TNext>(step, next);
    }

    /// <summary>Puts a step before another step.</summary>
    /// <typeparam name="TInput">What the first takes.</typeparam>
    /// <typeparam name="TMiddle">What the first gives.</typeparam>
    /// <typeparam name="TNext">What the second gives.</typeparam>
    /// <param name="step">The first.</param>
    /// <param name="next">The second.</param>
    /// <returns>Both as one step.</returns>
    public static IPreprocessingStep<TInput, TNext> Then<TInput, TMiddle, TNext>(
        this IPreprocessingStep<TInput, TMiddle> step, IPreprocessingStep<TMiddle, TNext> next)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(next);
        return new ChainedStep<TInput, TMiddle, TNext>(step, next);
    }

    /// <summary>Makes a step of a function that turns one input into another value.</summary>
    /// <typeparam name="TInput">What it takes.</typeparam>
    /// <typeparam name="TNext">What it gives.</typeparam>
    /// <param name="transform">The function; an <see cref="InvalidInputException"/> that it throws fails that input alone.</param>
    /// <returns>The step.</returns>
    public static IPreprocessingStep<TInput, TNext> Step<TInput, TNext>(Func<TInput, TNext> transform)
    {
        ArgumentNullException.ThrowIfNull(transform);
        return new FunctionStep<TInput, TNext>(transform);
    }

    private sealed class Chained<TInput, TNext>(IPreprocessingStep<TInput, TNext> step, IPreprocessor<TNext> next) : IPreprocessor<TInput>
    {
        public void Prepare(LoadedModel model) => next.Prepare(model);

        public int GetMaxBatchSize(LoadedModel model) => next.GetMaxBatchSize(model);

        public async ValueTask PreprocessAsync(ReadOnlyMemory<TInput> inputs, InferenceBatch batch, CancellationToken cancellationToken)
        {
            TNext[] middle = ArrayPool<TNext>.Shared.Rent(inputs.Length);
            try
            {
                await step.PreprocessAsync(inputs, middle.AsMemory(0, inputs.Length), batch, cancellationToken).ConfigureAwait(false);
                if (!batch.AllFailed)
                {
                    await next.PreprocessAsync(middle.AsMemory(0, inputs.Length), batch, cancellationToken).ConfigureAwait(false);
                }
            }
            finally
            {
                ArrayPool<TNext>.Shared.Return(middle, clearArray: true);
            }
        }
    }

    private sealed class ChainedStep<TInput, TMiddle, TNext>(IPreprocessingStep<TInput, TMiddle> step, IPreprocessingStep<TMiddle, TNext> next)
        : IPreprocessingStep<TInput, TNext>
    {
        public async ValueTask PreprocessAsync(ReadOnlyMemory<TInput> inputs, Memory<TNext> outputs, InferenceBatch batch, CancellationToken cancellationToken)
        {
            TMiddle[] middle = ArrayPool<TMiddle>.Shared.Rent(inputs.Length);
            try
            {
                await step.PreprocessAsync(inputs, middle.AsMemory(0, inputs.Length), batch, cancellationToken).ConfigureAwait(false);
                if (!batch.AllFailed)
                {
                    await next.PreprocessAsync(middle.AsMemory(0, inputs.Length), outputs, batch, cancellationToken).ConfigureAwait(false);
                }
            }
            finally
            {
                ArrayPool<TMiddle>.Shared.Return(middle, clearArray: true);
            }
        }
    }

    private sealed class FunctionStep<TInput, TNext>(Func<TInput, TNext> transform) : IPreprocessingStep<TInput, TNext>
    {
        public ValueTask PreprocessAsync(ReadOnlyMemory<TInput> inputs, Memory<TNext> outputs, InferenceBatch batch, CancellationToken cancellationToken)
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (batch.FailureOf(i) is not null)
                {
                    continue;
                }

                try
                {
                    outputs.Span[i] = transform(inputs.Span[i]);
                }
                catch (InvalidInputException exception)
                {
                    batch.Fail(i, exception);
                }
            }

            return ValueTask.CompletedTask;
        }
    }
}
