using Microsoft.Extensions.Logging;

namespace ServerlessInference.Lambda;

/// <summary>An exception, turned into what its caller may know.</summary>
/// <param name="Error">For the caller.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Level">How loud the log hears of it.</param>
/// <param name="Exception">For the log.</param>
internal sealed record Failure(FunctionError Error, int Status, LogLevel Level, Exception Exception)
{
    public const string DeadlineExceeded = "Function.DeadlineExceeded";
    public const string ResponseTooLarge = "Function.ResponseSizeTooLarge";

    public static Failure Of(Exception exception, bool deadlineReached, string requestId) => exception switch
    {
        InvalidInputException invalid => new Failure(new FunctionError(Name(invalid), invalid.Message), StatusOf(invalid.Kind), LogLevel.Warning, invalid),
        ResponseTooLargeException tooLarge => new Failure(new FunctionError(ResponseTooLarge, tooLarge.Message), 413, LogLevel.Error, tooLarge),
        OperationCanceledException when deadlineReached => new Failure(
            new FunctionError(DeadlineExceeded, "The function's time ran out before there was an answer. Send less, or raise the function's timeout or memory."),
            504, LogLevel.Error, exception),
        ModelLoadException => new Failure(
            new FunctionError(Name(exception), $"The model cannot be loaded at the moment. Request {requestId} in the function's log says why."),
            503, LogLevel.Error, exception),
        _ => new Failure(
            new FunctionError(Name(exception), $"The function failed. Request {requestId} in its log says why."),
            500, LogLevel.Error, exception),
    };

    /// <summary>Describes what stopped a function at its start; its operator sees it, so the message of a known exception is shown.</summary>
    public static FunctionError OfInitialization(Exception exception) => exception is InferenceException or ArgumentException or Microsoft.Extensions.Options.OptionsValidationException
        ? new FunctionError(Name(exception), exception.Message)
        : new FunctionError(Name(exception), "The function could not be initialised. Its log says why.");

    private static string Name(Exception exception) => exception.GetType().Name;

    private static int StatusOf(InvalidInputKind kind) => kind switch
    {
        InvalidInputKind.UnsupportedFormat => 415,
        InvalidInputKind.TooLarge => 413,
        InvalidInputKind.Unprocessable => 422,
        _ => 400,
    };
}
