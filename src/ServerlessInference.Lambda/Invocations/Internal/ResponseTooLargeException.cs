using System.Globalization;

namespace ServerlessInference.Lambda.Invocations;

/// <summary>A response is longer than Lambda accepts.</summary>
internal sealed class ResponseTooLargeException() : InferenceException(string.Create(
    CultureInfo.InvariantCulture,
    $"The response is longer than the {LambdaLimits.MaxResponseBytes:N0} bytes that Lambda accepts. " +
    $"Request fewer or smaller results, or write them to a sink."));
