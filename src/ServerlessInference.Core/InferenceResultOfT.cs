using System.Runtime.ExceptionServices;

namespace ServerlessInference;

/// <summary>The answer to one input, with the model that gave it and the time that it took; or the reason why there is none.</summary>
/// <typeparam name="T">What the pipeline answers.</typeparam>
/// <remarks>Immutable, unless <typeparamref name="T"/> is not.</remarks>
public sealed class InferenceResult<T> : InferenceResult
{
    private readonly T? _value;

    /// <summary>Creates the result of an input that was answered.</summary>
    /// <param name="value">The answer.</param>
    /// <param name="model">The model that gave it.</param>
    /// <param name="timings">How long it took.</param>
    public InferenceResult(T value, ModelIdentity model, InferenceTimings timings = default)
        : base(model, timings, null) => _value = value;

    internal InferenceResult(ModelIdentity model, InferenceTimings timings, Exception error)
        : base(model, timings, error)
    {
    }

    /// <summary>Gets the answer.</summary>
    /// <exception cref="Exception">There is none: <see cref="InferenceResult.Error"/> is thrown again.</exception>
    public T Value
    {
        get
        {
            if (Error is not null)
            {
                ExceptionDispatchInfo.Throw(Error);
            }

            return _value!;
        }
    }
}
