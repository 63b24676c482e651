using Microsoft.ML.OnnxRuntime;

namespace ServerlessInference.Pipelines;

/// <summary>Decides whether an input is the reason why it has no answer, or its environment.</summary>
/// <remarks>
/// An input that alone makes a working model fail, or that alone needs more memory than there is, would fail again. Sent again and again,
/// it would stop a stream. So it is refused like any other invalid input. If the model has not succeeded with any
/// input yet, the model itself may be broken; then the warm-up input decides.
/// </remarks>
internal static class FailedInput
{
    // What ONNX Runtime reports if it cannot allocate memory: its own allocators, and those of the C++ library.
    private static readonly string[] OutOfMemoryMessages = ["Failed to allocate memory", "bad_alloc", "bad allocation"];

    /// <summary>Determines whether the exception of a single input may be the fault of that input.</summary>
    public static bool IsSuspected(Exception exception) =>
        exception is OutOfMemoryException or InferenceException { InnerException: OnnxRuntimeException };

    /// <summary>Finds the reason for which a single input is refused.</summary>
    /// <param name="exception">The exception of the input.</param>
    /// <param name="run">The models.</param>
    /// <param name="canRun">Runs the models on an input that is known to be valid, and returns whether they succeed.</param>
    /// <param name="cancellationToken">The token of the request.</param>
    /// <returns>What the sender is told; <see langword="null"/> if the input is not the reason.</returns>
    public static async ValueTask<InvalidInputException?> FindAsync(
        Exception exception,
        PipelineRun run,
        Func<PipelineRun, CancellationToken, ValueTask<bool>> canRun,
        CancellationToken cancellationToken)
    {
        if (!IsSuspected(exception))
        {
            return null;
        }

        string model = run.Last.Identity.Name;
        if (exception is OutOfMemoryException)
        {
            run.ReleaseBatches();
            return CreateTooLarge(model, exception);
        }

        if (!run.HasSucceeded && !await canRun(run, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        return Array.Exists(OutOfMemoryMessages, text => exception.Message.Contains(text, StringComparison.Ordinal))
            ? CreateTooLarge(model, exception)
            : new InvalidInputException(
                InvalidInputKind.Unprocessable,
                $"The model '{model}' fails on this input, but not on others. Its size or its values are outside of what the model " +
                "can process. Send another input; the log has the model's error.",
                exception);
    }

    /// <summary>Creates the exception for an input that needs more memory than there is.</summary>
    public static InvalidInputException CreateTooLarge(string model, Exception exception) => new(
        InvalidInputKind.TooLarge,
        $"Answering this input with the model '{model}' needs more memory than the process has left. Send a smaller input, or give the " +
        "process more memory.",
        exception);
}
