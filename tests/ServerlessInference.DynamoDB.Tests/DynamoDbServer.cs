using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace ServerlessInference.DynamoDB.Tests;

/// <summary>The real DynamoDB server that the test command starts, with separate tables for this run.</summary>
public sealed class DynamoDbServer
{
    private readonly string? _endpoint = Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT");

    public void Require() => Assert.SkipWhen(
        string.IsNullOrEmpty(_endpoint), "SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT names no DynamoDB server; eng/test.sh starts one");

    public AmazonDynamoDBClient Client() => new(
        new BasicAWSCredentials("test", "test"),
        new AmazonDynamoDBConfig { ServiceURL = _endpoint, AuthenticationRegion = "us-east-1", MaxErrorRetry = 0 });

    /// <summary>Creates a table with a partition key of the type S.</summary>
    public async Task<string> CreateTableAsync(string key = "UUID")
    {
        string name = "results-" + Guid.NewGuid().ToString("N")[..12];
        using AmazonDynamoDBClient client = Client();
        await client.CreateTableAsync(new CreateTableRequest
        {
            TableName = name,
            BillingMode = BillingMode.PAY_PER_REQUEST,
            KeySchema = [new KeySchemaElement(key, KeyType.HASH)],
            AttributeDefinitions = [new AttributeDefinition(key, ScalarAttributeType.S)],
        });
        await Eventually.HoldsAsync(async () => (await client.DescribeTableAsync(name)).Table.TableStatus == TableStatus.ACTIVE);

        return name;
    }

    public async Task<List<Dictionary<string, AttributeValue>>> ScanAsync(string table)
    {
        using AmazonDynamoDBClient client = Client();
        return (await client.ScanAsync(new ScanRequest { TableName = table, ConsistentRead = true })).Items ?? [];
    }
}
