namespace ServerlessInference.Lambda.Events;

/// <summary>Options of tasks of S3 Batch Operations.</summary>
public sealed class S3BatchOptions
{
    /// <summary>
    /// Gets or sets the maximum size of an object. The task of a larger object fails permanently, and the object is not read.
    /// </summary>
    /// <value>In bytes, up to 2 GiB. The default is 20 MiB.</value>
    public long MaxBytes { get; set; } = 20 * 1024 * 1024;

    /// <summary>
    /// Gets or sets a value indicating whether invalid objects are written to the sink as errors. Their tasks fail permanently in either
    /// case.
    /// </summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool WriteErrors { get; set; } = true;
}
