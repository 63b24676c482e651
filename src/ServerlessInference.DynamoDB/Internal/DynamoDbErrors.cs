using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace ServerlessInference.DynamoDB.Internal;

/// <summary>Says what to do about what DynamoDB refused.</summary>
internal static class DynamoDbErrors
{
    /// <summary>The code of a request that the table does not take, however often it is sent.</summary>
    public const string Invalid = "ValidationException";

    /// <summary>Tells whether an exception is the SDK's; connections that cannot be made it passes on as they are.</summary>
    public static bool IsSdk(Exception exception) => exception is AmazonServiceException or AmazonClientException or HttpRequestException;

    public static IOException Translate(Exception exception, ItemFactory items)
    {
        string action = items.Options.WriteOnce ? "dynamodb:PutItem" : "dynamodb:BatchWriteItem";
        return new IOException(
            exception switch
            {
                ResourceNotFoundException =>
                    $"There is no table '{items.Table}' in the region asked. Make one with the partition key '{items.Options.KeyAttribute}' (S), or set ServerlessInference:DynamoDB:Region.",
                AmazonServiceException { ErrorCode: "AccessDeniedException" } =>
                    $"Writing to the table '{items.Table}' is refused. The function's role needs {action} on it, and kms:Decrypt where a key of your own encrypts it.",
                AmazonServiceException { ErrorCode: Invalid } =>
                    $"The table '{items.Table}' does not take the item: {exception.Message} Its partition key must be '{items.Options.KeyAttribute}' (S), a sort key must be among the " +
                    "Attributes, and an item has at most 400 KB.",
                AmazonServiceException answer => $"The table '{items.Table}' could not be written: the server answered {(int)answer.StatusCode} {answer.ErrorCode}.",
                _ => $"The table '{items.Table}' could not be written: {exception.Message} Check the function's role, its region and its network.",
            },
            exception);
    }
}
