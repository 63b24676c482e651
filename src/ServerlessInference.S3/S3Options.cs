using ServerlessInference.Models.Transfer;

namespace ServerlessInference.S3;

/// <summary>How S3 is accessed, for models, inputs and results. Credentials are found by the AWS SDK.</summary>
/// <remarks>
/// Values are read from the configuration section <c>ServerlessInference:S3</c>, then <c>AddS3Models</c> sets defaults in code, and each
/// source may set its own on top. Only models use <see cref="RequesterPays"/> and <see cref="Transfer"/>.
/// </remarks>
public sealed class S3Options
{
    /// <summary>Gets or sets the endpoint of a server that speaks S3's protocol.</summary>
    /// <value>A URL; <see langword="null"/>, the default, means Amazon S3 in the function's region.</value>
    public string? Endpoint { get; set; }

    /// <summary>Gets or sets the region.</summary>
    /// <value>A name such as <c>eu-central-1</c>; <see langword="null"/>, the default, means the function's own.</value>
    public string? Region { get; set; }

    /// <summary>Gets or sets a value indicating whether the bucket is part of the path instead of the host name.</summary>
    /// <value>The default is <see langword="false"/>. Most servers other than Amazon's need <see langword="true"/>.</value>
    public bool ForcePathStyle { get; set; }

    /// <summary>Gets or sets a value indicating whether the function's account pays for reading another account's bucket.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool RequesterPays { get; set; }

    /// <summary>Gets the settings for fetching and verifying models.</summary>
    public RemoteModelOptions Transfer { get; } = new();
}
