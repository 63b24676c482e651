using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;
using ServerlessInference.Testing;

// AotEvents MODEL IMAGE: uploads the image to a bucket and sends the function its event, twice. Prints both answers, the object with the
// result, and the items.
string s3 = Variable("SERVERLESS_INFERENCE_S3_ENDPOINT");
string dynamo = Variable("SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT");
string region = Variable("SERVERLESS_INFERENCE_S3_REGION");
Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", Variable("SERVERLESS_INFERENCE_S3_ACCESS_KEY"));
Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", Variable("SERVERLESS_INFERENCE_S3_SECRET_KEY"));
string name = "aot-" + Guid.NewGuid().ToString("N")[..12];

using var objects = new AmazonS3Client(new AmazonS3Config { ServiceURL = s3, ForcePathStyle = true, AuthenticationRegion = region });
await objects.PutBucketAsync(name);
await objects.PutObjectAsync(new PutObjectRequest { BucketName = name, Key = "in/image", FilePath = args[1] });
using var items = new AmazonDynamoDBClient(new AmazonDynamoDBConfig { ServiceURL = dynamo, AuthenticationRegion = region });
await items.CreateTableAsync(new CreateTableRequest
{
    TableName = name,
    BillingMode = BillingMode.PAY_PER_REQUEST,
    KeySchema = [new KeySchemaElement("UUID", KeyType.HASH)],
    AttributeDefinitions = [new AttributeDefinition("UUID", ScalarAttributeType.S)],
});
while ((await items.DescribeTableAsync(name)).Table.TableStatus != TableStatus.ACTIVE)
{
    await Task.Delay(20);
}

// Clients as a function has them: from the configuration.
InferenceFunctionBuilder app = InferenceFunction.CreateBuilder(
[
    "--ServerlessInference:S3:Endpoint=" + s3,
    "--ServerlessInference:S3:ForcePathStyle=true",
    "--ServerlessInference:S3:Region=" + region,
    "--ServerlessInference:DynamoDB:Endpoint=" + dynamo,
    "--ServerlessInference:DynamoDB:Region=" + region,
]);
app.Services
    .AddServerlessInference()
    .AddModel("shapes", model => model.From(source => source.FileSystem(args[0])).UseImageClassification());
app.MapS3Objects(
    "shapes", results =>
        results.ToS3($"s3://{name}/labels/{{key}}.json").ToDynamoDb(name), options => options.Sources.Add($"s3://{name}/in/"));
await using InMemoryFunction function = await InMemoryFunction.StartAsync(app);
for (int i = 0; i < 2; i++)
{
    Console.WriteLine((await function.InvokeAsync(LambdaEvents.S3Notification(name, "in/image"))).Text);
}

using GetObjectResponse result = await objects.GetObjectAsync(name, "labels/in/image.json");
using var reader = new StreamReader(result.ResponseStream);
Console.WriteLine(await reader.ReadToEndAsync());
foreach (Dictionary<string, AttributeValue> item in (await items.ScanAsync(new ScanRequest { TableName = name })).Items)
{
    Console.WriteLine($"item {item["ImageName"].S} {item["ObjectClass"].S}");
}

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set; eng/test.sh sets it.");
