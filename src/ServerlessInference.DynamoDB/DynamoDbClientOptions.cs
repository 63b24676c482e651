namespace ServerlessInference.DynamoDB;

/// <summary>Where DynamoDB is asked: the configuration section <c>ServerlessInference:DynamoDB</c>. Credentials come as the AWS SDK finds them.</summary>
public sealed class DynamoDbClientOptions
{
    /// <summary>Gets or sets the endpoint of a server that speaks DynamoDB's protocol.</summary>
    /// <value>A URL; <see langword="null"/>, the default, is Amazon DynamoDB in the function's region.</value>
    public string? Endpoint { get; set; }

    /// <summary>Gets or sets the region.</summary>
    /// <value>A name such as <c>eu-central-1</c>; <see langword="null"/>, the default, is the function's own.</value>
    public string? Region { get; set; }
}
