namespace ServerlessInference.Lambda;

/// <summary>Decodes keys as S3's notifications and jobs write them: as in a form, a space as <c>+</c>.</summary>
internal static class S3Key
{
    public static string Decode(string key) => Uri.UnescapeDataString(key.Replace('+', ' '));
}
