namespace ServerlessInference.Testing;

/// <summary>A pipeline that gets its answers from a delegate and records its inputs. It needs neither a model nor ONNX Runtime.</summary>
/// <typeparam name="TInput">The type of inputs.</typeparam>
/// <typeparam name="TOutput">The type of answers.</typeparam>
/// <remarks>
/// Thread-safe if the delegate is. <see cref="FakePipelineServiceCollectionExtensions.ReplacePipeline"/> replaces a model's pipeline with
/// it.
/// </remarks>
/// <example>
/// <code>
/// var fake = new FakePipeline&lt;string, int>(text => text.Length);
/// builder.Services.ReplacePipeline("products", fake);
/// </code>
/// </example>
public sealed class FakePipeline<TInput, TOutput> : IInferencePipeline<TInput, TOutput>
{
    private readonly Func<TInput, CancellationToken, ValueTask<TOutput>> _answer;
    private readonly Lock _gate = new();
    private readonly List<TInput> _inputs = [];

    /// <summary>Creates a pipeline.</summary>
    /// <param name="answer">Answers an input. If it throws an <see cref="InvalidInputException"/>, only that input fails.</param>
    public FakePipeline(Func<TInput, TOutput> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        _answer = (input, _) => ValueTask.FromResult(answer(input));
    }

    /// <summary>Creates a pipeline that answers asynchronously.</summary>
    /// <param name="answer">Answers an input. The token cancels it, as it cancels a running inference.</param>
    public FakePipeline(Func<TInput, CancellationToken, ValueTask<TOutput>> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        _answer = answer;
    }

    /// <summary>Gets or sets the model that the results name.</summary>
    public ModelIdentity Model { get; set; } = new("fake", "1", "fake:");

    /// <summary>Gets all inputs so far, in the order of their arrival.</summary>
    public IReadOnlyList<TInput> Inputs
    {
        get
        {
            lock (_gate)
            {
                return [.. _inputs];
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<InferenceResult<TOutput>> RunAsync(TInput input, CancellationToken cancellationToken = default)
    {
        Remember(input);
        cancellationToken.ThrowIfCancellationRequested();
        return new InferenceResult<TOutput>(await _answer(input, cancellationToken).ConfigureAwait(false), Model);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<InferenceResult<TOutput>>> RunBatchAsync(
        IReadOnlyList<TInput> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var results = new InferenceResult<TOutput>[inputs.Count];
        for (int i = 0; i < results.Length; i++)
        {
            try
            {
                results[i] = await RunAsync(inputs[i], cancellationToken).ConfigureAwait(false);
            }
            catch (InvalidInputException exception)
            {
                results[i] = InferenceResult.Failed<TOutput>(exception, Model);
            }
        }

        return results;
    }

    private void Remember(TInput input)
    {
        lock (_gate)
        {
            _inputs.Add(input);
        }
    }
}
