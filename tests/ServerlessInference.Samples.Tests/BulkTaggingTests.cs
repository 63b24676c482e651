using System.Text.Json;
using ServerlessInference.DynamoDB.Tests;
using ServerlessInference.S3.Tests;
using ServerlessInference.Samples.Tests.Support;
using ServerlessInference.Testing;

namespace ServerlessInference.Samples.Tests;

/// <summary>Images are tagged by reference: as tasks of an S3 Batch Operations job and as messages of a queue.</summary>
public sealed class BulkTaggingTests(S3Server s3) : IClassFixture<S3Server>
{
    private readonly DynamoDbServer _dynamo = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S3Batch_AnImageAndAMissingOne_EachHasItsResultCode()
    {
        await using RunningFunction function = await StartAsync(out Task<string> table);
        await PutPhotoAsync("photos/ring.jpg", "ring-300x200.jpg");

        JsonElement answered = await function.InvokeAsync(LambdaEvents.S3Batch("2.0", s3.Bucket, "photos/ring.jpg"));
        JsonElement missing = await function.InvokeAsync(LambdaEvents.S3Batch("1.0", s3.Bucket, "photos/none.jpg"));

        Assert.Equal("Succeeded", answered.GetProperty("results")[0].GetProperty("resultCode").GetString());
        Assert.Equal("PermanentFailure", missing.GetProperty("results")[0].GetProperty("resultCode").GetString());
        var item = Assert.Single(await _dynamo.ScanAsync(await table), item => item["ImageName"].S == "photos/ring.jpg");
        Assert.Equal("ring", item["ObjectClass"].S);
    }

    [Fact]
    public async Task Sqs_BatchWithAForbiddenBucket_FailsThatMessageOnly()
    {
        await using RunningFunction function = await StartAsync(out Task<string> table);
        await PutPhotoAsync("a.jpg", "star-256x256.jpg");
        await PutPhotoAsync("b.png", "cross-96x160.png");

        JsonElement answer = await function.InvokeAsync(LambdaEvents.Sqs(
            $"s3://{s3.Bucket}/a.jpg", $$"""{"bucket":"{{s3.Bucket}}","key":"b.png"}""", "s3://somebody-elses/c.jpg"));

        JsonElement failure = Assert.Single(answer.GetProperty("batchItemFailures").EnumerateArray());
        Assert.NotEmpty(failure.GetProperty("itemIdentifier").GetString()!);
        Assert.Equal(["cross", "star"], (await _dynamo.ScanAsync(await table)).Select(item => item["ObjectClass"].S).Order());
    }

    private Task<RunningFunction> StartAsync(out Task<string> table)
    {
        s3.Require();
        _dynamo.Require();
        Task<string> created = table = _dynamo.CreateTableAsync();
        return StartAsync();

        async Task<RunningFunction> StartAsync() => await RunningFunction.StartAsync(
            "BulkTagging",
            new Dictionary<string, string?>(s3.Variables())
            {
                ["PHOTOS_BUCKET"] = s3.Bucket,
                ["TAGS_TABLE"] = await created,
                ["ServerlessInference__DynamoDB__Endpoint"] = Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT"),
            });
    }

    private async Task PutPhotoAsync(string key, string sample) =>
        await s3.PutAsync(key, await File.ReadAllBytesAsync(Path.Combine(Repository.DemoModel, "samples", sample), Cancellation));
}
