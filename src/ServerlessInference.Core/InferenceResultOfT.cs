using System.Runtime.ExceptionServices;

namespace ServerlessInference;

/// <summary>The answer to one input, or the reason why there is none; with the model and the timings.</summary>
/// <typeparam name="T">The type of the answer.</typeparam>
/// <remarks>Immutable if <typeparamref name="T"/> is.</remarks>
public sealed class InferenceResult<T> : InferenceResult
{
    private readonly T? _value;

    /// <summary>Creates the result of an input that was answered.</summary>
    /// <param name="value">The answer.</param>
    /// <param name="model">The model that gave it.</param>
    /// <param name="timings">How long each stage took.</param>
    public InferenceResult(T value, ModelIdentity model, InferenceTimings timings = default)
        : base(model, timings, null) => _value = value;

    internal InferenceResult(ModelIdentity model, InferenceTimings timings, Exception error)
        : base(model, timings, error)
    {
    }

    /// <summary>Gets the answer.</summary>
    /// <exception cref="Exception">There is no answer; <see cref="InferenceResult.Error"/> is rethrown.</exception>
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
