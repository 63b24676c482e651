using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ServerlessInference.Lambda.Invocations;

/// <summary>An exception, translated into what its caller may know.</summary>
/// <param name="Error">The error that the caller receives.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Level">The level to log it at.</param>
/// <param name="Exception">The exception, for the log.</param>
internal sealed record Failure(FunctionError Error, int Status, LogLevel Level, Exception Exception)
{
    public const string DeadlineExceeded = "Function.DeadlineExceeded";
    public const string ResponseTooLarge = "Function.ResponseSizeTooLarge";

    /// <summary>Translates the exception of an invocation.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="deadlineReached">Whether the invocation was cancelled because its time ran out.</param>
    /// <param name="requestId">The request, by which the operator finds the exception in the log.</param>
    public static Failure FromException(Exception exception, bool deadlineReached, string requestId) => exception switch
    {
        InvalidInputException invalid => new Failure(
            new FunctionError(Name(invalid), invalid.Message), GetStatus(invalid.Kind), LogLevel.Warning, invalid),
        ResponseTooLargeException tooLarge => new Failure(
            new FunctionError(ResponseTooLarge, tooLarge.Message), 413, LogLevel.Error, tooLarge),
        OperationCanceledException when deadlineReached => new Failure(
            new FunctionError(
                DeadlineExceeded,
                "The function's time ran out before there was an answer. Send less, or raise the function's timeout or memory."),
            504,
            LogLevel.Error,
            exception),
        ModelLoadException => new Failure(
            new FunctionError(
                Name(exception), $"The model cannot be loaded at the moment. Request {requestId} in the function's log says why."),
            503,
            LogLevel.Error,
            exception),
        _ => new Failure(
            new FunctionError(Name(exception), $"The function failed. Request {requestId} in its log says why."),
            500,
            LogLevel.Error,
            exception),
    };

    /// <summary>
    /// Describes the exception that stopped a function during its start. Only the function's operator sees it, so the message of a known
    /// exception is included.
    /// </summary>
    public static FunctionError DescribeInitializationFailure(Exception exception) =>
        exception is InferenceException or ArgumentException or OptionsValidationException
            ? new FunctionError(Name(exception), exception.Message)
            : new FunctionError(Name(exception), "The function could not be initialised. Its log says why.");

    private static string Name(Exception exception) => exception.GetType().Name;

    private static int GetStatus(InvalidInputKind kind) => kind switch
    {
        InvalidInputKind.UnsupportedFormat => 415,
        InvalidInputKind.TooLarge => 413,
        InvalidInputKind.Unprocessable => 422,
        _ => 400,
    };
}
