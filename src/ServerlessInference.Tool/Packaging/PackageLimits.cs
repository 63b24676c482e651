namespace ServerlessInference.Tool.Packaging;

/// <summary>
/// Lambda's limits for deployment packages, in bytes. Lambda's "MB" is 1,048,576 bytes: its messages give 262144000 for 250 MB. Source:
/// Lambda quotas.
/// </summary>
internal static class PackageLimits
{
    public const long MB = 1024 * 1024;

    /// <summary>The maximum deployment zip that can be uploaded directly; a larger one must be uploaded to S3.</summary>
    public const long DirectUpload = 50 * MB;

    /// <summary>The maximum unzipped size of a function together with its layers.</summary>
    public const long Unzipped = 250 * MB;

    /// <summary>The default size of <c>/tmp</c>.</summary>
    public const long DefaultEphemeralStorage = 512 * MB;

    /// <summary>The maximum size of <c>/tmp</c>.</summary>
    public const long MaxEphemeralStorage = 10_240 * MB;

    /// <summary>The maximum number of files that the library extracts from an archive (<c>RemoteModelOptions.MaxFiles</c>).</summary>
    public const int MaxFilesInArchive = 1_000;
}
