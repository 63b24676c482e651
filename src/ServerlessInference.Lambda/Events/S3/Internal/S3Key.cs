namespace ServerlessInference.Lambda.Events.S3;

/// <summary>
/// Decodes keys in S3's notifications and jobs, which are encoded like the fields of an HTML form: a space is a <c>+</c>.
/// </summary>
internal static class S3Key
{
    public static string Decode(string key) => Uri.UnescapeDataString(key.Replace('+', ' '));
}
