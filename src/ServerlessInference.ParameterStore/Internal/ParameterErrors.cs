using ServerlessInference.Shared;

namespace ServerlessInference.ParameterStore;

/// <summary>Turns errors of Parameter Store into messages that say what to do.</summary>
/// <remarks>Source of the kinds: AWS Systems Manager's API reference, "GetParameter" and "Common Errors".</remarks>
internal static class ParameterErrors
{
    /// <summary>Returns whether an error is transient.</summary>
    public static bool IsTransient(int status, string kind) =>
        RetryStrategy.IsTransientStatus(status)
        || kind is "ThrottlingException" or "InternalServerError" or "RequestExpired" or "ServiceUnavailable";

    public static ModelLoadException Explain(string name, string region, int status, string kind, string message) => new(kind switch
    {
        "ParameterNotFound" =>
            $"Parameter Store has no parameter '{name}' in {region}. Create it (aws ssm put-parameter --name {name} --type String " +
            "--value s3://bucket/folder/), or correct its name or region.",
        "ParameterVersionNotFound" =>
            $"The parameter '{name}' in {region} has no such version or label. Correct the version or label after the colon.",
        "AccessDeniedException" or "AccessDenied" =>
            $"Reading the parameter '{name}' in {region} was denied ({kind}). The role needs ssm:GetParameter on {GetArn(name, region)}, " +
            "and for a SecureString kms:Decrypt on its key.",
        "InvalidKeyId" =>
            $"The parameter '{name}' in {region} is a SecureString whose key cannot be used ({kind}). The role needs kms:Decrypt on that " +
            "key, and the key must be enabled.",
        "UnrecognizedClientException" or "InvalidClientTokenId" or "ExpiredTokenException" or "ExpiredToken" or "InvalidSignatureException"
            or "SignatureDoesNotMatch" or "IncompleteSignature" or "MissingAuthenticationToken" =>
            $"Parameter Store in {region} does not accept the credentials ({kind}) for '{name}'. Check AWS_ACCESS_KEY_ID and " +
            "AWS_SECRET_ACCESS_KEY, the region, and the machine's clock.",
        _ => $"Parameter Store in {region} answered {status} {kind} for '{name}': {(message.Length > 0 ? message : "no reason given")}",
    });

    private static string GetArn(string name, string region) => name.StartsWith("arn:", StringComparison.Ordinal)
        ? ParameterName.Parse(name).Name
        : $"arn:aws:ssm:{region}:*:parameter/{ParameterName.Parse(name).Name.TrimStart('/')}";
}
