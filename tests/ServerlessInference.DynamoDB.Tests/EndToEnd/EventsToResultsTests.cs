using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda;
using ServerlessInference.Results;
using ServerlessInference.S3.Tests;
using ServerlessInference.Testing;

namespace ServerlessInference.DynamoDB.Tests.EndToEnd;

/// <summary>
/// A function with a trained model, a real S3 server and a real DynamoDB server: from the object or record to the result.
/// </summary>
public sealed class EventsToResultsTests(S3Server s3, DynamoDbServer dynamo) : IClassFixture<S3Server>, IClassFixture<DynamoDbServer>
{
    private static readonly string Images = Path.Combine(Repository.DemoModel, "samples");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ImagePut_BecomesObjectAndItem_AndASecondDeliveryChangesNothing()
    {
        s3.Require();
        dynamo.Require();
        string table = await dynamo.CreateTableAsync();
        await using InMemoryFunction function = await StartAsync(builder => builder.MapS3Objects(
            "shapes",
            results => results.ToS3($"s3://{s3.Bucket}/labels/{{key}}.json").ToDynamoDb(table),
            options => options.Sources.Add($"s3://{s3.Bucket}/in/")));
        await s3.PutAsync("in/my star.jpg", await File.ReadAllBytesAsync(Path.Combine(Images, "star-256x256.jpg"), Token));
        await s3.PutAsync("in/broken.jpg", [1, 2, 3]);
        string payload = LambdaEvents.S3Notification(Item("in/my star.jpg", "1"), Item("in/broken.jpg", "2"));

        InvocationResult first = await function.InvokeAsync(payload, Token);
        string result = await ReadAsync("labels/in/my star.jpg.json");
        DateTime? written = await ModifiedAsync("labels/in/my star.jpg.json");
        List<Dictionary<string, AttributeValue>> items = await dynamo.ScanAsync(table);
        InvocationResult second = await function.InvokeAsync(LambdaEvents.Sqs(payload), Token);

        Assert.Equal("""{"answered":1,"skipped":1}""", first.Text);
        using JsonDocument document = JsonDocument.Parse(result);
        Assert.Equal("in/my star.jpg", document.RootElement.GetProperty("source").GetProperty("key").GetString());
        Assert.Contains("\"star\"", document.RootElement.GetProperty("result").GetRawText(), StringComparison.Ordinal);
        Assert.Contains(
            "\"error\":{\"type\":\"InvalidInputException\"", await ReadAsync("labels/in/broken.jpg.json"), StringComparison.Ordinal);
        Dictionary<string, AttributeValue> item = items.Single(one => one["ImageName"].S == "in/my star.jpg");
        Assert.Equal(("star", 8), (item["ObjectClass"].S, Guid.Parse(item["UUID"].S).Version));
        Assert.Contains(
            "InvalidInputException", items.Single(one => one["ImageName"].S == "in/broken.jpg")["Error"].S, StringComparison.Ordinal);

        // With SQS, the redrive policy handles the broken image; the result of the good one exists already.
        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"message-1"}]}""", second.Text);
        Assert.Equal(result, await ReadAsync("labels/in/my star.jpg.json"));
        Assert.Equal(written, await ModifiedAsync("labels/in/my star.jpg.json"));
        Assert.Equal(2, (await dynamo.ScanAsync(table)).Count);
    }

    [Fact]
    public async Task HundredKinesisRecords_ThreeOfThemUndecodable_AllHaveAResultAndNoneIsReported()
    {
        s3.Require();
        dynamo.Require();
        string table = await dynamo.CreateTableAsync();
        await using InMemoryFunction function = await StartAsync(builder => builder.MapKinesis(
            "shapes",
            results => results.ToDynamoDb(table).ToS3($"s3://{s3.Bucket}/lines/{{batch}}.jsonl", options => options.JsonLines = true)));
        byte[][] images = await Task.WhenAll(Directory.GetFiles(Images)
            .Where(file => Path.GetExtension(file) is ".jpg" or ".png")
            .Order()
            .Select(file => File.ReadAllBytesAsync(file, Token)));
        byte[][] records =
            [.. Enumerable.Range(0, 100).Select(i => i is 0 or 47 or 99 ? "no image"u8.ToArray() : images[i % images.Length])];

        InvocationResult result = await function.InvokeAsync(LambdaEvents.Kinesis(records), Token);
        InvocationResult again = await function.InvokeAsync(LambdaEvents.Kinesis(records), Token);

        Assert.Equal("""{"batchItemFailures":[]}""", result.Text);
        Assert.Equal("""{"batchItemFailures":[]}""", again.Text);
        List<Dictionary<string, AttributeValue>> items = await dynamo.ScanAsync(table);
        Assert.Equal((97, 3), (items.Count(item => item.ContainsKey("ObjectClass")), items.Count(item => item.ContainsKey("Error"))));
        Assert.Equal(
            ["sequence-1", "sequence-100", "sequence-48"],
            items.Where(item => item.ContainsKey("Error")).Select(item => item["ImageName"].S).Order(StringComparer.Ordinal));
        string[] objects = await Task.WhenAll((await ListAsync("lines/sequence-")).Select(ReadAsync));
        string[] lines = [.. objects.SelectMany(text => text.TrimEnd('\n').Split('\n'))];
        Assert.Equal(97, lines.Count(line => line.Contains("\"result\":", StringComparison.Ordinal)));
        Assert.Equal(3, lines.Count(line => line.Contains("\"error\":", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task BatchJobAndQueue_SameImageByReference_IsOneItem()
    {
        s3.Require();
        dynamo.Require();
        string table = await dynamo.CreateTableAsync();
        await using InMemoryFunction function = await StartAsync(builder => builder
            .MapS3Batch("shapes", results => results.ToDynamoDb(table))
            .MapSqs("shapes", results => results.ToDynamoDb(table), options => options.References.Buckets.Add(s3.Bucket))
            .MapDirect("shapes", configure: options => options.References.Buckets.Add(s3.Bucket)));
        await s3.PutAsync("bulk/ring.jpg", await File.ReadAllBytesAsync(Path.Combine(Images, "ring-300x200.jpg"), Token));

        InvocationResult job = await function.InvokeAsync(LambdaEvents.S3Batch("2.0", s3.Bucket, "bulk/ring.jpg", "bulk/none.jpg"), Token);
        InvocationResult queue = await function.InvokeAsync(
            LambdaEvents.Sqs($$"""{"bucket":"{{s3.Bucket}}","key":"bulk/ring.jpg"}"""), Token);
        InvocationResult direct = await function.InvokeAsync($$"""{"s3":"s3://{{s3.Bucket}}/bulk/ring.jpg"}""", Token);

        JsonElement tasks = job.ReadJson().GetProperty("results");
        Assert.Equal(["Succeeded", "PermanentFailure"], tasks.EnumerateArray().Select(task => task.GetProperty("resultCode").GetString()));
        Assert.Contains("ring", tasks[0].GetProperty("resultString").GetString(), StringComparison.Ordinal);
        Assert.Equal("""{"batchItemFailures":[]}""", queue.Text);
        Assert.Contains("\"ring\"", direct.ReadJson().GetProperty("result").GetRawText(), StringComparison.Ordinal);
        Assert.Equal(
            ["bulk/none.jpg", "bulk/ring.jpg"],
            (await dynamo.ScanAsync(table)).Select(item => item["ImageName"].S).Order(StringComparer.Ordinal));
    }

    private Task<InMemoryFunction> StartAsync(Action<InferenceFunctionBuilder> map) => InMemoryFunction.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton<IAmazonS3>(_ => s3.Client());
            builder.Services.AddSingleton<IAmazonDynamoDB>(_ => dynamo.Client());
            builder.Services.AddServerlessInference().AddModel("shapes", model => model
                .From(source => source.FileSystem(Repository.DemoModel))
                .UseImageClassification(options => options.TopK = 3));
            map(builder);
        },
        cancellationToken: Token);

    private ObjectReference Item(string key, string sequencer) =>
        new(s3.Bucket, key) { EntityTag = "tag" + sequencer, Sequencer = "0055AED6DCD9028" + sequencer };

    private async Task<List<string>> ListAsync(string prefix)
    {
        using AmazonS3Client client = s3.Client();
        ListObjectsV2Response list = await client.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = s3.Bucket, Prefix = prefix }, Token);
        return [.. list.S3Objects.Select(item => item.Key)];
    }

    private async Task<string> ReadAsync(string key)
    {
        using AmazonS3Client client = s3.Client();
        using GetObjectResponse response = await client.GetObjectAsync(s3.Bucket, key, Token);
        using var reader = new StreamReader(response.ResponseStream);
        return await reader.ReadToEndAsync(Token);
    }

    private async Task<DateTime?> ModifiedAsync(string key)
    {
        using AmazonS3Client client = s3.Client();
        return (await client.GetObjectMetadataAsync(s3.Bucket, key, Token)).LastModified;
    }
}
