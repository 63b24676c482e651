using System.Net;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Moq;
using ServerlessInference.Results;

namespace ServerlessInference.S3.Tests;

public sealed class S3ResultSinkTests(S3Server server) : IClassFixture<S3Server>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_Result_IsAnObjectWithTypeAndMetadata()
    {
        server.Require();
        using AmazonS3Client client = server.Client();
        var options = new S3ResultOptions { ContentType = "application/vnd.test+json" };
        options.Metadata["model"] = "{model} ü";
        var sink = new S3ResultSink(client, $"s3://{server.Bucket}/labels/{{date:yyyy/MM}}/{{key}}.json", options);

        IReadOnlyList<Exception?> errors = await sink.WriteAsync([Record("in/ä b.jpg"), Failed("in/b.jpg")], Token);

        Assert.All(errors, Assert.Null);
        using GetObjectResponse there = await client.GetObjectAsync(server.Bucket, "labels/2026/01/in/ä b.jpg.json", Token);
        Assert.Equal("application/vnd.test+json", there.Headers.ContentType);
        Assert.Equal("animals%20%C3%BC", there.Metadata["model"]);
        Assert.Equal(
            """{"source":{"bucket":"photos","key":"in/ä b.jpg"},"model":{"name":"animals","version":"1","source":"test:"},"result":""" +
            """[{"label":"cat","score":0.9}]}""",
            await TextAsync(there));
        Assert.Equal(
            """{"source":{"bucket":"photos","key":"in/b.jpg"},"model":{"name":"animals","version":"not asked","source":"none"},"error":""" +
            """{"type":"InvalidInputException","message":"No image."}}""",
            await ReadAsync("labels/2026/01/in/b.jpg.json"));
    }

    [Fact]
    public async Task Write_SecondDelivery_ChangesNothingButANewerVersionDoes()
    {
        server.Require();
        using AmazonS3Client client = server.Client();
        var sink = new S3ResultSink(client, $"s3://{server.Bucket}/once/{{key}}.json");

        await sink.WriteAsync(Record("a", tag: "1", sequencer: "0A"), Token);
        await sink.WriteAsync(Record("a", tag: "1", sequencer: "0A", label: "again"), Token);
        Assert.Contains("cat", await ReadAsync("once/a.json"), StringComparison.Ordinal);
        await sink.WriteAsync(Record("a", tag: "2", sequencer: "0B00", label: "newer"), Token);
        Assert.Contains("newer", await ReadAsync("once/a.json"), StringComparison.Ordinal);
        await sink.WriteAsync(Record("a", tag: "1", sequencer: "0A", label: "late"), Token);

        Assert.Contains("newer", await ReadAsync("once/a.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_JsonLines_IsOneObjectForABatch()
    {
        server.Require();
        using AmazonS3Client client = server.Client();
        var sink = new S3ResultSink(
            client, $"s3://{server.Bucket}/lines/{{folder}}{{batch}}.jsonl", new S3ResultOptions { JsonLines = true });

        IReadOnlyList<Exception?> errors = await sink.WriteAsync([Record("x/a"), Record("y/b"), Failed("x/c")], Token);

        Assert.All(errors, Assert.Null);
        string[] lines = (await ReadAsync(Assert.Single(await ListAsync("lines/x/x/a-")))).Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Contains("\"x/a\"", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"x/c\"", lines[1], StringComparison.Ordinal);
        Assert.Empty(lines[2]);
        Assert.Contains("\"y/b\"", await ReadAsync(Assert.Single(await ListAsync("lines/y/x/a-"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_JsonLinesSplitDifferently_LosesNoLine()
    {
        server.Require();
        using AmazonS3Client client = server.Client();
        var sink = new S3ResultSink(client, $"s3://{server.Bucket}/parts/{{batch}}.jsonl", new S3ResultOptions { JsonLines = true });

        // The function wrote both and was stopped before it could report that; the queue redelivers the first one in another batch.
        await sink.WriteAsync([Record("a"), Record("b")], Token);
        await sink.WriteAsync([Record("a"), Record("b")], Token);
        await sink.WriteAsync([Record("a"), Record("d")], Token);
        await sink.WriteAsync([Record("a")], Token);

        List<string> keys = await ListAsync("parts/");
        Assert.Equal(3, keys.Count);
        string all = string.Concat(await Task.WhenAll(keys.Select(ReadAsync)));
        Assert.Contains("\"b\"", all, StringComparison.Ordinal);
        Assert.Contains("\"d\"", all, StringComparison.Ordinal);
        Assert.Contains("parts/a.jsonl", keys);
    }

    [Fact]
    public async Task Write_NoSuchBucket_SaysWhatToDo()
    {
        server.Require();
        using AmazonS3Client client = server.Client();
        var sink = new S3ResultSink(client, "s3://no-such-bucket-here/{key}.json");

        IOException exception = await Assert.ThrowsAsync<IOException>(() => sink.WriteAsync(Record("a"), Token).AsTask());

        Assert.Contains("does not exist (NoSuchBucket). Create the bucket", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_ConditionalPuts_SendsAHeadRequestOnlyIfAnObjectExists()
    {
        var asked = new List<string>();
        Mock<IAmazonS3> client = Client(
            asked, request => request.IfNoneMatch is null ? null : asked.Count > 1 ? HttpStatusCode.PreconditionFailed : null);
        var sink = new S3ResultSink(client.Object, "s3://labels/{key}.json");

        await sink.WriteAsync(Record("a"), Token);
        await sink.WriteAsync(Record("a"), Token);

        Assert.Equal(["PUT *", "PUT *", "HEAD", "PUT"], asked);
    }

    [Fact]
    public async Task Write_NoConditionalPuts_TriesThemOnlyOnce()
    {
        var asked = new List<string>();
        Mock<IAmazonS3> client = Client(asked, request => request.IfNoneMatch is null ? null : HttpStatusCode.NotImplemented);
        var sink = new S3ResultSink(client.Object, "s3://labels/{key}.json");

        await sink.WriteAsync(Record("a"), Token);
        await sink.WriteAsync(Record("b"), Token);

        Assert.Equal(["PUT *", "HEAD", "PUT", "HEAD", "PUT"], asked);
    }

    [Fact]
    public async Task Write_AccessDenied_NamesThePermission()
    {
        var sink = new S3ResultSink(Client([], _ => HttpStatusCode.Forbidden).Object, "s3://labels/{key}.json");

        IOException exception = await Assert.ThrowsAsync<IOException>(() => sink.WriteAsync(Record("a"), Token).AsTask());

        Assert.Contains("The function's role needs s3:PutObject", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_ServerUnreachable_SaysWhatToCheck()
    {
        using var client = new AmazonS3Client(
            new Amazon.Runtime.BasicAWSCredentials("a", "b"),
            new AmazonS3Config { ServiceURL = "http://127.0.0.1:1", ForcePathStyle = true, MaxErrorRetry = 0 });

        IOException exception = await Assert.ThrowsAsync<IOException>(
            () => new S3ResultSink(client, "s3://labels/{key}.json").WriteAsync(Record("a"), Token).AsTask());

        Assert.Contains("The result s3://labels/a.json cannot be written", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_KeyThatIsTooLong_FailsThatRecordAlone()
    {
        var sink = new S3ResultSink(Client([], _ => null).Object, "s3://labels/{key}.json");

        IReadOnlyList<Exception?> errors = await sink.WriteAsync([Record(new string('k', 1024)), Record("a")], Token);

        Assert.Contains("1029 bytes for this record; S3 accepts 1 to 1024", errors[0]?.Message, StringComparison.Ordinal);
        Assert.Null(errors[1]);
    }

    [Theory]
    [InlineData("labels/{key}.json", false)]
    [InlineData("s3://labels", false)]
    [InlineData("s3://labels/", false)]
    [InlineData("s3://labels/{date}.json", false)]
    [InlineData("s3://labels/{key", false)]
    [InlineData("s3://labels/{what}", false)]
    [InlineData("s3://labels/{key}.jsonl", true)]
    public void ToS3_WrongTemplate_Throws(string template, bool lines) =>
        Assert.Throws<ArgumentException>(() => new ResultTarget().ToS3(template, options => options.JsonLines = lines));

    [Theory]
    [InlineData("s3://labels/{key}.json", "labels", "", ".json")]
    [InlineData("s3://labels/x/{stem}", "labels", "x/", "")]
    [InlineData("s3://{bucket}/labels/{key}.json", null, "labels/", ".json")]
    public void Targets_Template_IsThePatternOfItsResults(string template, string? bucket, string prefix, string suffix)
    {
        var sink = new S3ResultSink(Mock.Of<IAmazonS3>(), template);

        Assert.Equal(new ObjectPattern(bucket, prefix, suffix), Assert.Single(sink.Targets));
    }

    private static Mock<IAmazonS3> Client(List<string> asked, Func<PutObjectRequest, HttpStatusCode?> refuses)
    {
        var client = new Mock<IAmazonS3>();
        client.Setup(one => one.PutObjectAsync(It.IsAny<PutObjectRequest>(), It.IsAny<CancellationToken>()))
            .Returns((PutObjectRequest request, CancellationToken _) =>
            {
                asked.Add(request.IfNoneMatch is null ? "PUT" : "PUT *");
                return refuses(request) is { } status
                    ? Task.FromException<PutObjectResponse>(
                        new AmazonS3Exception("No.", Amazon.Runtime.ErrorType.Sender, status.ToString(), "id", status))
                    : Task.FromResult(new PutObjectResponse());
            });
        client.Setup(one => one.GetObjectMetadataAsync(It.IsAny<GetObjectMetadataRequest>(), It.IsAny<CancellationToken>()))
            .Returns((GetObjectMetadataRequest _, CancellationToken _) =>
            {
                asked.Add("HEAD");
                return Task.FromResult(new GetObjectMetadataResponse());
            });
        return client;
    }

    private static SinkRecord Record(string key, string tag = "tag", string? sequencer = null, string label = "cat") => new(
        "s3://photos",
        key,
        new InferenceResult<string>("x", new ModelIdentity("animals", "1", "test:")),
        Encoding.UTF8.GetBytes($$"""[{"label":"{{label}}","score":0.9}]"""))
    {
        SourceObject = new ObjectReference("photos", key) { EntityTag = tag, Sequencer = sequencer },
        Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
    };

    private static SinkRecord Failed(string key) =>
        Record(key) with
        {
            Result = InferenceResult.Failed<string>(
                new InvalidInputException("No image."), new ModelIdentity("animals", "not asked", "none")),
            Json = default,
        };

    private static async Task<string> TextAsync(GetObjectResponse response)
    {
        using var reader = new StreamReader(response.ResponseStream);
        return await reader.ReadToEndAsync(Token);
    }

    private async Task<List<string>> ListAsync(string prefix)
    {
        using AmazonS3Client client = server.Client();
        ListObjectsV2Response response = await client.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = server.Bucket, Prefix = prefix }, Token);
        return [.. response.S3Objects.Select(item => item.Key)];
    }

    private async Task<string> ReadAsync(string key)
    {
        using AmazonS3Client client = server.Client();
        using GetObjectResponse response = await client.GetObjectAsync(server.Bucket, key, Token);
        return await TextAsync(response);
    }
}
