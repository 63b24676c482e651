using System.Net;
using Amazon.Runtime;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.S3;

/// <summary>Separates transient errors of the SDK from permanent ones, whose messages say what to do.</summary>
internal static class S3Errors
{
    /// <summary>Returns whether an exception comes from the SDK, which passes on failed connections as they are.</summary>
    public static bool IsSdk(Exception exception) => exception is AmazonServiceException or AmazonClientException or HttpRequestException;

    /// <summary>Creates the exception for an object that is stored in another form than its name says.</summary>
    public static ModelLoadException CreateEncoded(string location, string coding) => new(
        $"{location} is stored with Content-Encoding: {coding}. Upload the file as it is, without that header, or pack it as tar.gz.");

    public static Exception Translate(Exception exception, string location) => S3Remedies.Find(exception) is { } remedy

        // Without the SDK's exception, whose many lines contain nothing that the remedy does not say.
        ? new ModelLoadException($"{location} cannot be requested: {remedy}")
        : exception is AmazonServiceException answer ? Translate(answer, location)
        : exception is HttpRequestException || exception.InnerException is HttpRequestException or IOException
            ? new IOException($"{location}: {exception.Message}", exception)
            : new ModelLoadException(
                $"{location} cannot be requested: {exception.Message} Check the function's role, its region and its network.", exception);

    private static Exception Translate(AmazonServiceException exception, string location)
    {
        int status = (int)exception.StatusCode;
        return exception.StatusCode switch
        {
            HttpStatusCode.PreconditionFailed => new ModelChangedException($"{location} was replaced while it was being read.", exception),
            HttpStatusCode.NotFound when exception.ErrorCode == "NoSuchBucket" =>
                new ModelLoadException($"{location}: the bucket does not exist. Check its name and its region.", exception),
            HttpStatusCode.NotFound => new ModelLoadException(
                $"{location} does not exist. Check the key; a folder ends with '/'.", exception),
            HttpStatusCode.Forbidden => new ModelLoadException(
                $"Access to {location} was denied ({exception.ErrorCode}). The function's role needs s3:GetObject on the object, " +
                "s3:ListBucket on the bucket (without it, a missing object is reported as denied too), and kms:Decrypt if it is encrypted.",
                exception),
            HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect => new ModelLoadException(
                $"{location} is in another region than the request ({exception.ErrorCode}). Set ServerlessInference:S3:Region.", exception),
            _ when status is 0 or 408 or 429 or >= 500
                || exception.Retryable is not null
                || exception.ErrorCode is "SlowDown" or "RequestTimeout" =>
                new IOException($"{location}: the server answered {status} {exception.ErrorCode}", exception),
            _ => new ModelLoadException(
                $"{location} cannot be read: the server answered {status} {exception.ErrorCode}: {exception.Message}", exception),
        };
    }
}
