using System.Diagnostics.CodeAnalysis;

namespace ServerlessInference;

/// <summary>What became of one input, whatever the answer's type: the model that was asked, the time that it took, and why there is no answer.</summary>
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

    /// <summary>Gets why there is no answer; <see langword="null"/> where there is one.</summary>
    public Exception? Error { get; }

    /// <summary>Gets the model that was asked.</summary>
    public ModelIdentity Model { get; }

    /// <summary>Gets how long each stage took.</summary>
    public InferenceTimings Timings { get; }

    /// <summary>Creates the result of an input that could not be answered.</summary>
    /// <typeparam name="T">What the pipeline would have answered.</typeparam>
    /// <param name="error">Why not.</param>
    /// <param name="model">The model that was asked.</param>
    /// <param name="timings">How long it took.</param>
    /// <returns>The result.</returns>
    public static InferenceResult<T> Failed<T>(Exception error, ModelIdentity model, InferenceTimings timings = default)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new InferenceResult<T>(model, timings, error);
    }
}
