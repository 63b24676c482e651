using System.Diagnostics.CodeAnalysis;

namespace ServerlessInference;

/// <summary>The outcome of one input, regardless of the answer's type: the model, the timings, and the error if it failed.</summary>
public abstract class InferenceResult
{
    private protected InferenceResult(ModelIdentity model, InferenceTimings timings, Exception? error)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
        Timings = timings;
        Error = error;
    }

    /// <summary>Gets a value indicating whether there is an answer.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Error is null;

    /// <summary>Gets the reason why there is no answer; <see langword="null"/> if there is one.</summary>
    public Exception? Error { get; }

    /// <summary>Gets the model that was run, or was to be run.</summary>
    public ModelIdentity Model { get; }

    /// <summary>Gets how long each stage took.</summary>
    public InferenceTimings Timings { get; }

    /// <summary>Creates the result of an input that could not be answered.</summary>
    /// <typeparam name="T">The type of the answer that is missing.</typeparam>
    /// <param name="error">The reason.</param>
    /// <param name="model">The model that was run, or was to be run.</param>
    /// <param name="timings">How long each stage took.</param>
    /// <returns>The result.</returns>
    public static InferenceResult<T> Failed<T>(Exception error, ModelIdentity model, InferenceTimings timings = default)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new InferenceResult<T>(model, timings, error);
    }
}
