using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace ServerlessInference.DynamoDB;

/// <summary>Turns errors of DynamoDB into messages that say what to do.</summary>
internal static class DynamoDbErrors
{
    /// <summary>The error code of an invalid request, which no further attempt can make succeed.</summary>
    public const string Invalid = "ValidationException";

    /// <summary>Returns whether an exception comes from the SDK, which passes on failed connections as they are.</summary>
    public static bool IsSdk(Exception exception) => exception is AmazonServiceException or AmazonClientException or HttpRequestException;

    public static IOException Translate(Exception exception, ItemFactory items)
    {
        string action = items.Options.WriteOnce ? "dynamodb:PutItem" : "dynamodb:BatchWriteItem";
        return new IOException(
            exception switch
            {
                ResourceNotFoundException =>
                    $"The table '{items.Table}' does not exist in this region. Create it with the partition key " +
                    $"'{items.Options.KeyAttribute}' (S), or set ServerlessInference:DynamoDB:Region.",
                AmazonServiceException { ErrorCode: "AccessDeniedException" } =>
                    $"Writing to the table '{items.Table}' was denied. The function's role needs {action} on it, and kms:Decrypt if a " +
                    "key of your own encrypts it.",
                AmazonServiceException { ErrorCode: Invalid } =>
                    $"The table '{items.Table}' rejected the item: {exception.Message} Its partition key must be " +
                    $"'{items.Options.KeyAttribute}' (S), a sort key must be among the Attributes, and an item may have at most 400 KB.",
                AmazonServiceException answer =>
                    $"The table '{items.Table}' could not be written: the server answered {(int)answer.StatusCode} {answer.ErrorCode}.",
                _ =>
                    $"The table '{items.Table}' could not be written: {exception.Message} Check the function's role, its region and its " +
                    "network.",
            },
            exception);
    }
}
