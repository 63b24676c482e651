namespace ServerlessInference.DynamoDB;

/// <summary>
/// How DynamoDB is accessed: the configuration section <c>ServerlessInference:DynamoDB</c>. Credentials are found by the AWS SDK.
/// </summary>
internal sealed class DynamoDbClientOptions
{
    /// <summary>Gets or sets the endpoint of a server that speaks DynamoDB's protocol.</summary>
    /// <value>A URL; <see langword="null"/>, the default, means Amazon DynamoDB in the function's region.</value>
    public string? Endpoint { get; set; }

    /// <summary>Gets or sets the region.</summary>
    /// <value>A name such as <c>eu-central-1</c>; <see langword="null"/>, the default, means the function's own.</value>
    public string? Region { get; set; }
}
