using System.Globalization;

namespace ServerlessInference.Lambda;

/// <summary>A response is longer than Lambda takes.</summary>
internal sealed class ResponseTooLargeException() : InferenceException(string.Create(
    CultureInfo.InvariantCulture,
    $"The response is longer than the {LambdaLimits.SynchronousResponseBytes:N0} bytes that Lambda takes. Ask for fewer or smaller results, or write them to a sink."));
