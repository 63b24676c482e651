namespace ServerlessInference.Tool.Packaging;

/// <summary>Lambda's limits on what is deployed, in bytes. Lambda's "MB" are 1,048,576 bytes: its messages name 262144000 for 250 MB. Source: Lambda quotas.</summary>
internal static class PackageLimits
{
    public const long MB = 1024 * 1024;

    /// <summary>Largest deployment zip that can be uploaded directly; a larger one goes through S3.</summary>
    public const long DirectUpload = 50 * MB;

    /// <summary>Largest function, unzipped, together with all its layers.</summary>
    public const long Unzipped = 250 * MB;

    /// <summary>Size of <c>/tmp</c> unless the function asks for more.</summary>
    public const long DefaultEphemeralStorage = 512 * MB;

    /// <summary>Largest <c>/tmp</c>.</summary>
    public const long MaxEphemeralStorage = 10_240 * MB;

    /// <summary>Most files that the library takes out of one archive (<c>RemoteModelOptions.MaxFiles</c>).</summary>
    public const int MaxFilesInArchive = 1_000;
}
