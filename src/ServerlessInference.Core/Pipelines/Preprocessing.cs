using System.Buffers;
using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>Combines preprocessing steps.</summary>
/// <remarks>Thread-safe.</remarks>
/// <example>
/// A step that reads the features of a house from JSON, before the preprocessor that fills the tensor:
/// <code>
/// IPreprocessor&lt;ReadOnlyMemory&lt;byte&gt;&gt; houses = Preprocessing
///     .Step&lt;ReadOnlyMemory&lt;byte&gt;, ReadOnlyMemory&lt;float&gt;&gt;(json =&gt; House.Parse(json.Span).ToFeatures())
///     .Then(new FeatureVectorPreprocessor());
/// </code>
/// </example>
public static class Preprocessing
{
    /// <summary>Adds a preprocessor after a step.</summary>
    /// <typeparam name="TInput">The type that the step takes.</typeparam>
    /// <typeparam name="TNext">The type that the preprocessor takes.</typeparam>
    /// <param name="step">The step.</param>
    /// <param name="next">The preprocessor that fills the tensors.</param>
    /// <returns>Both as one preprocessor.</returns>
    public static IPreprocessor<TInput> Then<TInput, TNext>(this IPreprocessingStep<TInput, TNext> step, IPreprocessor<TNext> next)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(next);
        return new Chained<TInput, TNext>(step, next);
    }

    /// <summary>Adds a step after another step.</summary>
    /// <typeparam name="TInput">The type that the first step takes.</typeparam>
    /// <typeparam name="TMiddle">The type that the first step returns.</typeparam>
    /// <typeparam name="TNext">The type that the second step returns.</typeparam>
    /// <param name="step">The first step.</param>
    /// <param name="next">The second step.</param>
    /// <returns>Both as one step.</returns>
    public static IPreprocessingStep<TInput, TNext> Then<TInput, TMiddle, TNext>(
        this IPreprocessingStep<TInput, TMiddle> step, IPreprocessingStep<TMiddle, TNext> next)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(next);
        return new ChainedStep<TInput, TMiddle, TNext>(step, next);
    }

    /// <summary>Creates a step from a function that converts one input.</summary>
    /// <typeparam name="TInput">The type that the function takes.</typeparam>
    /// <typeparam name="TNext">The type that the function returns.</typeparam>
    /// <param name="transform">The function. If it throws an <see cref="InvalidInputException"/>, only that input fails.</param>
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

    private sealed class ChainedStep<TInput, TMiddle, TNext>(
        IPreprocessingStep<TInput, TMiddle> step, IPreprocessingStep<TMiddle, TNext> next)
        : IPreprocessingStep<TInput, TNext>
    {
        public async ValueTask PreprocessAsync(
            ReadOnlyMemory<TInput> inputs, Memory<TNext> outputs, InferenceBatch batch, CancellationToken cancellationToken)
        {
            TMiddle[] middle = ArrayPool<TMiddle>.Shared.Rent(inputs.Length);
            try
            {
                await step.PreprocessAsync(inputs, middle.AsMemory(0, inputs.Length), batch, cancellationToken).ConfigureAwait(false);
                if (!batch.AllFailed)
                {
                    await next.PreprocessAsync(middle.AsMemory(0, inputs.Length), outputs, batch, cancellationToken)
                        .ConfigureAwait(false);
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
        public ValueTask PreprocessAsync(
            ReadOnlyMemory<TInput> inputs, Memory<TNext> outputs, InferenceBatch batch, CancellationToken cancellationToken)
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (batch.GetFailure(i) is not null)
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
