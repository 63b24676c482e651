using System.Text;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Moq;
using ServerlessInference.Results;

namespace ServerlessInference.DynamoDB.Tests;

public sealed class DynamoDbResultSinkTests(DynamoDbServer server) : IClassFixture<DynamoDbServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_Defaults_MakeThePublishedItem()
    {
        server.Require();
        string table = await server.CreateTableAsync();
        using AmazonDynamoDBClient client = server.Client();
        var sink = new DynamoDbResultSink(client, table);

        IReadOnlyList<Exception?> errors = await sink.WriteAsync([Record("in/a.jpg"), Failed("in/b.jpg")], Token);
        await sink.WriteAsync([Record("in/a.jpg"), Failed("in/b.jpg")], Token);

        Assert.All(errors, Assert.Null);
        List<Dictionary<string, AttributeValue>> items = await server.ScanAsync(table);
        Assert.Equal(2, items.Count);
        Dictionary<string, AttributeValue> item = items.Single(one => one["ImageName"].S == "in/a.jpg");
        Assert.Equal(["ImageName", "ObjectClass", "UUID"], item.Keys.Order());
        Assert.Equal("cat", item["ObjectClass"].S);
        Assert.Equal(ResultIdentifier.Create(Record("in/a.jpg")).ToString(), item["UUID"].S);
        Dictionary<string, AttributeValue> failed = items.Single(one => one["ImageName"].S == "in/b.jpg");
        Assert.Equal("InvalidInputException: No image.", failed["Error"].S);
        Assert.DoesNotContain("ObjectClass", failed.Keys);
    }

    [Fact]
    public async Task Write_SixtyRecordsWithRepeats_WritesEachOnce()
    {
        server.Require();
        string table = await server.CreateTableAsync();
        using AmazonDynamoDBClient client = server.Client();
        var sink = new DynamoDbResultSink(client, table);

        IReadOnlyList<Exception?> errors = await sink.WriteAsync([.. Enumerable.Range(0, 60).Select(i => Record($"{i % 55}"))], Token);

        Assert.All(errors, Assert.Null);
        Assert.Equal(55, (await server.ScanAsync(table)).Count);
    }

    [Fact]
    public async Task Write_MappingAndOwnItem_AreUsed()
    {
        server.Require();
        string table = await server.CreateTableAsync("Id");
        using AmazonDynamoDBClient client = server.Client();
        var options = new DynamoDbResultOptions { KeyAttribute = "Id" };
        options.Attributes.Clear();
        options.Attributes["Score"] = "{score}";
        options.Attributes["Where"] = "{bucket}/{name} by {model}";
        options.Attributes["Second"] = "{result.1.label}";
        await new DynamoDbResultSink(client, table, options).WriteAsync(Record("in/a.jpg"), Token);
        await new DynamoDbResultSink(client, table, new DynamoDbResultOptions
        {
            KeyAttribute = "Id",
            Item = record => new Dictionary<string, AttributeValue>
            {
                ["Id"] = new() { S = "mine" },
                ["Length"] = new() { N = $"{record.Json.Length}" },
            },
        }).WriteAsync(Record("in/a.jpg"), Token);

        List<Dictionary<string, AttributeValue>> items = await server.ScanAsync(table);
        Dictionary<string, AttributeValue> mapped = items.Single(one => one["Id"].S != "mine");
        Assert.Equal(("0.9", "photos/a.jpg by animals", "dog"), (mapped["Score"].N, mapped["Where"].S, mapped["Second"].S));
        Assert.Equal(2, items.Count);
    }

    [Fact]
    public async Task Write_RandomIds_MakesAnItemForEveryDelivery()
    {
        server.Require();
        string table = await server.CreateTableAsync();
        using AmazonDynamoDBClient client = server.Client();
        var sink = new DynamoDbResultSink(client, table, new DynamoDbResultOptions { RandomIds = true });

        await sink.WriteAsync(Record("a"), Token);
        await sink.WriteAsync(Record("a"), Token);

        Assert.Equal(2, (await server.ScanAsync(table)).Count);
    }

    [Fact]
    public async Task Write_Once_KeepsTheExistingItem()
    {
        server.Require();
        string table = await server.CreateTableAsync();
        using AmazonDynamoDBClient client = server.Client();
        var sink = new DynamoDbResultSink(client, table, new DynamoDbResultOptions { WriteOnce = true });

        await sink.WriteAsync(Record("a"), Token);
        IReadOnlyList<Exception?> errors = await sink.WriteAsync([Record("a", "other"), Record("b")], Token);

        Assert.All(errors, Assert.Null);
        List<Dictionary<string, AttributeValue>> items = await server.ScanAsync(table);
        Assert.Equal(["cat", "cat"], items.Select(item => item["ObjectClass"].S));
    }

    [Fact]
    public async Task Write_NoSuchTableOrAnotherKey_SaysWhatToDo()
    {
        server.Require();
        string table = await server.CreateTableAsync("Other");
        using AmazonDynamoDBClient client = server.Client();

        IOException missing = await Assert.ThrowsAsync<IOException>(
            () => new DynamoDbResultSink(client, "no-such-table").WriteAsync(Record("a"), Token).AsTask());
        IOException key = await Assert.ThrowsAsync<IOException>(
            () => new DynamoDbResultSink(client, table).WriteAsync(Record("a"), Token).AsTask());

        Assert.Contains(
            "The table 'no-such-table' does not exist in this region. Create it with the partition key 'UUID' (S)",
            missing.Message,
            StringComparison.Ordinal);
        Assert.Contains("Its partition key must be 'UUID' (S)", key.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_AccessDenied_NamesThePermission()
    {
        var client = new Mock<IAmazonDynamoDB>();
        client.Setup(one => one.BatchWriteItemAsync(It.IsAny<BatchWriteItemRequest>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(
                new AmazonDynamoDBException(
                    "No.", Amazon.Runtime.ErrorType.Sender, "AccessDeniedException", "id", System.Net.HttpStatusCode.BadRequest));

        IReadOnlyList<Exception?> errors =
            await new DynamoDbResultSink(client.Object, "labels").WriteAsync([Record("a"), Record("b")], Token);

        Assert.All(
            errors,
            error => Assert.Contains("The function's role needs dynamodb:BatchWriteItem", error!.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Write_UnprocessedItems_AreSentAgain()
    {
        var sizes = new List<int>();
        var client = new Mock<IAmazonDynamoDB>();
        client.Setup(one => one.BatchWriteItemAsync(It.IsAny<BatchWriteItemRequest>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((BatchWriteItemRequest request, CancellationToken _) =>
            {
                List<WriteRequest> requests = request.RequestItems["labels"];
                sizes.Add(requests.Count);
                return new BatchWriteItemResponse
                {
                    UnprocessedItems = requests.Count > 2
                        ? new Dictionary<string, List<WriteRequest>> { ["labels"] = requests[(requests.Count / 2)..] }
                        : [],
                };
            });

        SinkRecord[] records = [.. Enumerable.Range(0, 30).Select(i => Record($"{i}"))];
        IReadOnlyList<Exception?> errors = await new DynamoDbResultSink(client.Object, "labels").WriteAsync(records, Token);

        Assert.All(errors, Assert.Null);
        Assert.Equal([25, 13, 7, 4, 2, 5, 3, 2], sizes);
    }

    [Fact]
    public async Task Write_ItemsNeverProcessed_FailAlone()
    {
        var client = new Mock<IAmazonDynamoDB>();
        client.Setup(one => one.BatchWriteItemAsync(It.IsAny<BatchWriteItemRequest>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((BatchWriteItemRequest request, CancellationToken _) => new BatchWriteItemResponse
            {
                UnprocessedItems = new Dictionary<string, List<WriteRequest>> { ["labels"] = [request.RequestItems["labels"][^1]] },
            });

        IReadOnlyList<Exception?> errors = await new DynamoDbResultSink(
            client.Object, "labels", new DynamoDbResultOptions { MaxRetries = 1 })
            .WriteAsync([Record("a"), Record("b"), Record("c")], Token);

        Assert.Equal(
            [
                null,
                null,
                "The table 'labels' did not process 1 of 3 items after 2 attempts. Raise its write capacity, or switch it to " +
                    "on-demand capacity.",
            ],
            errors.Select(error => error?.Message));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Write_InvalidItem_FailsAlone(bool once)
    {
        server.Require();
        string table = await server.CreateTableAsync();
        using AmazonDynamoDBClient client = server.Client();
        var options = new DynamoDbResultOptions { WriteOnce = once };
        options.Attributes["Everything"] = "{result}";

        IReadOnlyList<Exception?> errors = await new DynamoDbResultSink(client, table, options)
            .WriteAsync([Record("a"), Record("large", new string('x', 450_000)), Record("c")], Token);

        Assert.Null(errors[0]);
        Assert.Contains("an item may have at most 400 KB", errors[1]?.Message, StringComparison.Ordinal);
        Assert.Null(errors[2]);
        Assert.Equal(["a", "c"], (await server.ScanAsync(table)).Select(item => item["ImageName"].S).Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Write_MappingThatFails_FailsItsRecordAlone(bool once)
    {
        server.Require();
        string table = await server.CreateTableAsync();
        using AmazonDynamoDBClient client = server.Client();
        var options = new DynamoDbResultOptions
        {
            WriteOnce = once,
            Item = record =>
                record.Id == "b"
                    ? throw new FormatException("No number.")
                    : new Dictionary<string, AttributeValue> { ["Id"] = new() { S = record.Id } },
        };

        IReadOnlyList<Exception?> errors =
            await new DynamoDbResultSink(client, table, options).WriteAsync([Record("a"), Record("b"), Record("c")], Token);

        Assert.Equal([null, "No number.", null], errors.Select(error => error?.Message));
        Assert.Equal(["a", "c"], (await server.ScanAsync(table)).Select(item => item["Id"].S).Order());
    }

    [Fact]
    public async Task Write_OwnItemsWithOneKey_AreAllWritten()
    {
        server.Require();
        string table = await server.CreateTableAsync();
        using AmazonDynamoDBClient client = server.Client();
        var options = new DynamoDbResultOptions
        {
            Item = record => new Dictionary<string, AttributeValue> { ["UUID"] = new() { S = "mine" }, ["Id"] = new() { S = record.Id } },
        };

        IReadOnlyList<Exception?> errors =
            await new DynamoDbResultSink(client, table, options).WriteAsync([Record("a"), Record("b")], Token);

        Assert.All(errors, Assert.Null);
        Assert.Equal("b", Assert.Single(await server.ScanAsync(table))["Id"].S);
    }

    [Fact]
    public async Task Write_ServerUnreachable_SaysWhatToCheck()
    {
        using var client = new AmazonDynamoDBClient(
            new Amazon.Runtime.BasicAWSCredentials("a", "b"),
            new AmazonDynamoDBConfig { ServiceURL = "http://127.0.0.1:1", MaxErrorRetry = 0 });

        IOException exception = await Assert.ThrowsAsync<IOException>(
            () => new DynamoDbResultSink(client, "labels").WriteAsync(Record("a"), Token).AsTask());

        Assert.Contains("The table 'labels' could not be written", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_RecordOfTheSameTablesStream_IsRejected()
    {
        var sink = new DynamoDbResultSink(Mock.Of<IAmazonDynamoDB>(MockBehavior.Strict), "labels");
        SinkRecord record = Record("a") with
        {
            Origin = "arn:aws:dynamodb:eu-central-1:123456789012:table/labels/stream/2026-01-01T00:00:00.000",
            SourceObject = null,
        };

        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => sink.WriteAsync(record, Token).AsTask());

        Assert.Contains("would be written to that table and come back", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 8, "{key}")]
    [InlineData("UUID", 21, "{key}")]
    [InlineData("UUID", 8, "{nonsense}")]
    public void ToDynamoDb_WrongOptions_Throw(string key, int retries, string template) =>
        Assert.Throws<ArgumentException>(() => new ResultTarget().ToDynamoDb("labels", options =>
    {
        options.KeyAttribute = key;
        options.MaxRetries = retries;
        options.Attributes["a"] = template;
    }));

    private static SinkRecord Record(string key, string label = "cat") => new(
        "s3://photos",
        key,
        new InferenceResult<string>("x", new ModelIdentity("animals", "1", "test:")),
        Encoding.UTF8.GetBytes($$"""[{"label":"{{label}}","score":0.9},{"label":"dog","score":0.1}]"""))
    {
        SourceObject = new ObjectReference("photos", key) { EntityTag = "tag" },
    };

    private static SinkRecord Failed(string key) =>
        Record(key) with
        {
            Result = InferenceResult.Failed<string>(
                new InvalidInputException("No image."), new ModelIdentity("animals", "not asked", "none")),
            Json = default,
        };
}
