using ServerlessInference.Models.Transfer;

namespace ServerlessInference.S3;

/// <summary>How models are taken from S3. Credentials and region come as the AWS SDK finds them.</summary>
/// <remarks>
/// Defaults of all S3 sources are read from the configuration section <c>ServerlessInference:S3</c>, then set by
/// <c>AddS3Models</c>; a source of its own sets its own on top.
/// </remarks>
public sealed class S3ModelOptions
{
    /// <summary>Gets or sets the endpoint of a server that speaks S3's protocol.</summary>
    /// <value>A URL; <see langword="null"/>, the default, is Amazon S3 in the function's region.</value>
    public string? Endpoint { get; set; }

    /// <summary>Gets or sets the region.</summary>
    /// <value>A name such as <c>eu-central-1</c>; <see langword="null"/>, the default, is the function's own.</value>
    public string? Region { get; set; }

    /// <summary>Gets or sets a value indicating whether the bucket stands in the path rather than in the host's name.</summary>
    /// <value>The default is <see langword="false"/>. Most servers other than Amazon's need <see langword="true"/>.</value>
    public bool ForcePathStyle { get; set; }

    /// <summary>Gets or sets a value indicating whether the function pays for reading a bucket of somebody else.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool RequesterPays { get; set; }

    /// <summary>Gets how models are fetched and checked.</summary>
    public RemoteModelOptions Transfer { get; } = new();
}
