namespace ServerlessInference.Testing;

/// <summary>A pipeline that answers from a function and remembers what it was asked: no model, no ONNX Runtime.</summary>
/// <typeparam name="TInput">What is asked.</typeparam>
/// <typeparam name="TOutput">What is answered.</typeparam>
/// <remarks>Thread-safe as far as the function is. Put it in a model's place with <see cref="FakePipelineServiceCollectionExtensions.ReplacePipeline"/>.</remarks>
public sealed class FakePipeline<TInput, TOutput> : IInferencePipeline<TInput, TOutput>
{
    private readonly Func<TInput, CancellationToken, ValueTask<TOutput>> _answer;
    private readonly Lock _gate = new();
    private readonly List<TInput> _inputs = [];

    /// <summary>Creates a pipeline.</summary>
    /// <param name="answer">Answers an input. An <see cref="InvalidInputException"/> that it throws fails that input alone.</param>
    public FakePipeline(Func<TInput, TOutput> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        _answer = (input, _) => ValueTask.FromResult(answer(input));
    }

    /// <summary>Creates a pipeline that takes its time.</summary>
    /// <param name="answer">Answers an input. The token ends the answering, as it ends a running inference.</param>
    public FakePipeline(Func<TInput, CancellationToken, ValueTask<TOutput>> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        _answer = answer;
    }

    /// <summary>Gets or sets the model that results name.</summary>
    public ModelIdentity Model { get; set; } = new("fake", "1", "fake:");

    /// <summary>Gets all inputs so far, in the order in which they came.</summary>
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
    public async ValueTask<IReadOnlyList<InferenceResult<TOutput>>> RunBatchAsync(IReadOnlyList<TInput> inputs, CancellationToken cancellationToken = default)
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
