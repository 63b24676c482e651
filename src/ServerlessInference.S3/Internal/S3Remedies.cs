using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;

namespace ServerlessInference.S3;

/// <summary>
/// Finds remedies for errors that concern the sender of a request rather than the object: its credentials, its clock and its region.
/// </summary>
/// <remarks>Source of the codes: "Error responses" of the Amazon S3 API Reference.</remarks>
internal static class S3Remedies
{
    /// <summary>Returns what is wrong and what to do; <see langword="null"/> if the error concerns the object.</summary>
    public static string? Find(Exception exception) => exception switch
    {
        AmazonServiceException { ErrorCode: "InvalidAccessKeyId" } =>
            "AWS does not know the access key (InvalidAccessKeyId). Check AWS_ACCESS_KEY_ID or the profile; a temporary key also needs " +
            "AWS_SESSION_TOKEN.",
        AmazonServiceException { ErrorCode: "InvalidToken" or "ExpiredToken" or "TokenRefreshRequired" } expired =>
            $"The temporary credentials have expired or are invalid ({expired.ErrorCode}). Sign in again ('aws sso login'), or renew " +
            "AWS_SESSION_TOKEN together with the keys.",
        AmazonServiceException { ErrorCode: "SignatureDoesNotMatch" } =>
            "The secret key does not belong to the access key (SignatureDoesNotMatch). Check AWS_SECRET_ACCESS_KEY.",
        AmazonServiceException { ErrorCode: "RequestTimeTooSkewed" } =>
            "The clock of this machine differs from that of AWS by more than 15 minutes (RequestTimeTooSkewed). Set the clock.",
        AmazonS3Exception moved when IsElsewhere(moved) && FindRegion(moved) is { Length: > 0 } region =>
            $"The bucket is in the region {region}, the request went to another one ({moved.ErrorCode}). Set " +
            $"ServerlessInference:S3:Region to {region}.",
        _ => LacksCredentials(exception)
            ? "There are no AWS credentials. A function has those of its role. On a developer's machine, sign in ('aws sso login' or " +
              "'aws configure') and set AWS_PROFILE if it is not the default profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            : null,
    };

    private static bool IsElsewhere(AmazonS3Exception exception) =>
        exception.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect
        || exception.ErrorCode is "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException";

    // S3 names the bucket's region in a header of its answer.
    private static string? FindRegion(AmazonS3Exception exception)
    {
        const string Header = "x-amz-bucket-region";
        return exception.InnerException is HttpErrorResponseException { Response: { } response } && response.IsHeaderPresent(Header)
            ? response.GetHeaderValue(Header)
            : null;
    }

    // The SDK has no type for it: its search for credentials ends with one of several exceptions, none of which is an answer of S3.
    private static bool LacksCredentials(Exception exception) =>
        exception is AmazonClientException or AmazonServiceException { StatusCode: 0 }
        && exception.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase);
}
