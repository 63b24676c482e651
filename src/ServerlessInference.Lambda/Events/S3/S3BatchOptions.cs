namespace ServerlessInference.Lambda;

/// <summary>How tasks of S3 Batch Operations are treated.</summary>
public sealed class S3BatchOptions
{
    /// <summary>Gets or sets the largest object that is read; a larger one fails for good without being read.</summary>
    /// <value>In bytes, up to 2 GiB. The default is 20 MiB.</value>
    public long MaxBytes { get; set; } = 20 * 1024 * 1024;

    /// <summary>Gets or sets a value indicating whether objects that can never be answered are written to the sink as errors. Their tasks fail for good in any case.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool WriteErrors { get; set; } = true;
}
