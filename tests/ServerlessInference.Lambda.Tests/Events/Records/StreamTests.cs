using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using ServerlessInference.Lambda.Events.Records;
using ServerlessInference.Results;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events.Records;

/// <summary>Kafka, aggregated and compressed records, rows of tables, and the order of writes.</summary>
public sealed class StreamTests
{
    private readonly MemorySink _sink = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\"eventSource\":\"aws:kafka\",\"eventSourceArn\":\"arn:aws:kafka:us-east-1:123456789012:cluster/vpc/abcd-1\"")]
    [InlineData("\"eventSource\":\"SelfManagedKafka\"")]
    public async Task Kafka_Records_AreAnswered(string source)
    {
        await using InMemoryFunction function = await StartAsync(builder => builder.MapKafka("texts", results => results.To(_sink)));

        InvocationResult result = await function.InvokeAsync(Kafka(source, ("reviews", 0, 15, "a"), ("reviews", 1, 7, "b")), Token);

        Assert.Equal("""{"batchItemFailures":[]}""", result.Text);
        Assert.Equal(["reviews-0-15 a", "reviews-1-7 b"], _sink.Records.Select(record => $"{record.Id} {Text(record)}"));
        Assert.Equal(("reviews", 2018), (_sink.Records[0].Origin, _sink.Records[0].Time.Year));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Kafka_FailedRecord_HoldsBackItsPartitionOnly(bool batch)
    {
        MemorySink sink = batch ? new MemoryBatchSink() : _sink;
        sink.Fails = record => record.Id == "t-0-2" ? new IOException("Busy.") : null;
        await using InMemoryFunction function = await StartAsync(builder => builder.MapKafka("texts", results => results.To(_ => sink)));

        InvocationResult result = await function.InvokeAsync(
            Kafka(KafkaSource, ("t", 0, 1, "a"), ("t", 0, 2, "b"), ("t", 0, 3, "c"), ("t", 1, 9, "d"), ("u", 0, 4, "bad")), Token);

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":{"partition":"t-0","offset":2}}]}""", result.Text);
        Assert.Contains("t-1-9", sink.Records.Select(record => record.Id));
        Assert.Contains("u-0-4", sink.Records.Select(record => record.Id));
    }

    [Fact]
    public async Task Kafka_PoisonedRecordThatMayNotBeSkipped_IsReportedInEachPartition()
    {
        await using InMemoryFunction function = await StartAsync(builder =>
            builder.MapKafka("texts", results => results.To(_sink), topic => topic.SkipInvalidRecords = false));

        InvocationResult result = await function.InvokeAsync(
            Kafka(KafkaSource, ("t", 0, 1, "bad"), ("t", 0, 2, "b"), ("t", 1, 3, "c"), ("t", 1, 4, "bad")), Token);

        Assert.Equal(
            """{"batchItemFailures":[{"itemIdentifier":{"partition":"t-0","offset":1}},""" +
            """{"itemIdentifier":{"partition":"t-1","offset":4}}]}""",
            result.Text);
        Assert.Equal(["t-1-3"], _sink.Records.Select(record => record.Id));
    }

    [Fact]
    public async Task Kafka_ManyRecordsAfterAFailure_AreNotWrittenInLaterParts()
    {
        var sink = new MemoryBatchSink { Fails = record => record.Id == "t-0-0" ? new IOException("Busy.") : null };
        await using InMemoryFunction function = await StartAsync(builder => builder.MapKafka("texts", results => results.To(_ => sink)));

        await function.InvokeAsync(
            Kafka(KafkaSource, [.. Enumerable.Range(0, 40).Select(i => ("t", 0, i, "x")), ("t", 1, 0, "y")]), Token);

        Assert.DoesNotContain("t-0-35", sink.Records.Select(record => record.Id));
        Assert.Contains("t-1-0", sink.Records.Select(record => record.Id));
    }

    [Fact]
    public async Task Kafka_TombstonesHeadersAndCompressedValues_AreRead()
    {
        await using InMemoryFunction function = await StartAsync(builder => builder.MapKafka("texts", results => results.To(_sink)));
        string gzip = Convert.ToBase64String(Gzip("packed"u8.ToArray()));
        string payload = $$"""
            {"eventSource":"aws:kafka","records":{"t-0":[
            {"topic":"t","partition":0,"offset":1,"timestamp":1545084650987,"timestampType":"CREATE_TIME","key":"YQ==","value":null},
            {"topic":"t","partition":0,"offset":2,"value":"{{gzip}}","headers":[{"h":[104,-101,97]}]},
            {"topic":"t","partition":0,"offset":3,"value":"%"} ]} }
            """;

        InvocationResult result = await function.InvokeAsync(payload, Token);

        Assert.Equal("""{"batchItemFailures":[]}""", result.Text);
        Assert.Equal(["t-0-2", "t-0-3"], _sink.Records.Select(record => record.Id));
        Assert.Equal("packed", Text(_sink.Records[0]));
        Assert.Contains("not valid base64", _sink.Records[1].Result.Error?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"eventSource":"aws:kafka"}""")]
    [InlineData("""{"eventSource":"aws:kafka","records":5}""")]
    [InlineData("""{"eventSource":"aws:kafka","records":{"t-0":[{"topic":"t","value":"YQ=="}]}}""")]
    public async Task Kafka_DamagedBatch_FailsTheInvocation(string payload)
    {
        await using InMemoryFunction function = await StartAsync(builder => builder.MapKafka("texts", results => results.To(_sink)));

        InvocationResult result = await function.InvokeAsync(payload, Token);

        Assert.Contains("The batch is damaged", result.Error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kafka_SeveralTopics_GoByName()
    {
        var other = new MemorySink();
        await using InMemoryFunction function = await StartAsync(builder => builder
            .MapKafka("texts", results => results.To(_sink), topic => topic.Source = "t")
            .MapKafka("other", results => results.To(other), topic => topic.Source = "u"));

        await function.InvokeAsync(Kafka(KafkaSource, ("u", 0, 1, "a")), Token);

        Assert.Equal("other", Text(Assert.Single(other.Records)));
        Assert.Empty(_sink.Records);
    }

    [Fact]
    public async Task Kinesis_AggregatedRecord_IsTakenApart()
    {
        await using InMemoryFunction function = await StartAsync(builder => builder.MapKinesis("texts", results => results.To(_sink)));

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.Kinesis("first"u8.ToArray(), Aggregate("my parcel is late", "great service"), "last"u8.ToArray()), Token);

        Assert.Equal("""{"batchItemFailures":[]}""", result.Text);
        Assert.Equal(
            ["sequence-1 first", "sequence-2-0 my parcel is late", "sequence-2-1 great service", "sequence-3 last"],
            _sink.Records.Select(record => $"{record.Id} {Text(record)}"));
    }

    [Fact]
    public async Task Kinesis_FailureInAnAggregatedRecord_ReportsTheWholeRecord()
    {
        _sink.Fails = record => record.Id == "sequence-1-1" ? new IOException("Busy.") : null;
        await using InMemoryFunction function = await StartAsync(builder => builder.MapKinesis("texts", results => results.To(_sink)));

        InvocationResult result = await function.InvokeAsync(LambdaEvents.Kinesis(Aggregate("a", "b", "c"), "d"u8.ToArray()), Token);

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"sequence-1"}]}""", result.Text);
        Assert.Equal(["sequence-1-0"], _sink.Records.Select(record => record.Id));
    }

    [Fact]
    public void TryRead_DataThatIsNotAnAggregate_IsARecordOfItsOwn()
    {
        byte[] aggregate = Aggregate("a");
        byte[] changed = [.. aggregate];
        changed[^1] ^= 1;

        Assert.NotNull(KplAggregate.TryRead(aggregate));
        Assert.Null(KplAggregate.TryRead(changed));
        Assert.Null(KplAggregate.TryRead(aggregate.AsMemory(0, 10)));
        Assert.Null(KplAggregate.TryRead("text"u8.ToArray()));
    }

    [Fact]
    public void TryRead_DamagedOrEndlessAggregates_AreRefused()
    {
        byte[] many = [.. Enumerable.Repeat<byte[]>([0x1A, 0], 50_001).SelectMany(bytes => bytes)];
        byte[] unknownKey = [0x1A, 4, 0x08, 5, 0x1A, 0];
        byte[] truncated = [0x1A, 100, 1];

        Assert.Equal(InvalidInputKind.TooLarge, Refuse([0x0A, 0, .. many]).Kind);
        Assert.Contains("damaged", Refuse(unknownKey).Message, StringComparison.Ordinal);
        Assert.Contains("damaged", Refuse(truncated).Message, StringComparison.Ordinal);

        static InvalidInputException Refuse(byte[] message) =>
            Assert.Throws<InvalidInputException>(() => KplAggregate.TryRead(Seal(message)));
    }

    [Fact]
    public async Task Kinesis_CompressedRecords_AreDecompressedWithinTheLimit()
    {
        await using InMemoryFunction function = await StartAsync(builder =>
            builder.MapKinesis("texts", results => results.To(_sink), stream => stream.MaxInflatedBytes = 1000));

        await function.InvokeAsync(
            LambdaEvents.Kinesis(Gzip("a"u8.ToArray()), Gzip(new byte[2000]), Gzip("b"u8.ToArray())[..^3]), Token);

        Assert.Equal("a", Text(_sink.Records[0]));
        Assert.Contains("larger than 1,000 bytes", _sink.Records[1].Result.Error?.Message, StringComparison.Ordinal);
        Assert.Contains("truncated", _sink.Records[2].Result.Error?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, new[] { 6 })]
    [InlineData(true, new[] { 2, 2, 2 })]
    public async Task OrderedWrites_RecordsWithTheSameKey_AreNeverWrittenTogether(bool ordered, int[] sizes)
    {
        var sink = new MemoryBatchSink();
        await using InMemoryFunction function = await StartAsync(builder =>
            builder.MapKinesis("texts", results => results.To(_ => sink), stream => stream.OrderedWrites = ordered));
        string payload = LambdaEvents.Kinesis([.. "abcdef".Select(letter => new[] { (byte)letter })]);
        foreach (string key in new[] { "x", "y", "x", "y", "y", "x" })
        {
            const string Written = "\"partitionKey\":\"1\"";
            int at = payload.IndexOf(Written, StringComparison.Ordinal);
            payload = string.Concat(payload.AsSpan(0, at), $"\"partitionKey\":\"{key}\"", payload.AsSpan(at + Written.Length));
        }

        await function.InvokeAsync(payload, Token);

        Assert.Equal(sizes, sink.Sizes);
        Assert.Equal(["a", "b", "c", "d", "e", "f"], sink.Records.Select(Text));
    }

    [Fact]
    public async Task OrderedWrites_AfterAFailure_NothingFollows()
    {
        var sink = new MemoryBatchSink { Fails = record => record.Id == "sequence-1" ? new IOException("Busy.") : null };
        await using InMemoryFunction function = await StartAsync(builder =>
            builder.MapKinesis("texts", results => results.To(_ => sink), stream => stream.OrderedWrites = true));

        InvocationResult result = await function.InvokeAsync(LambdaEvents.Kinesis("a"u8.ToArray(), "b"u8.ToArray()), Token);

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"sequence-1"}]}""", result.Text);
        Assert.Equal([1], sink.Sizes);
        Assert.Empty(sink.Records);
    }

    [Theory]
    [InlineData("""{"N":"5.10"}""", "5.10")]
    [InlineData("""{"BOOL":true}""", "true")]
    [InlineData("""{"NULL":true}""", "null")]
    [InlineData("""{"L":[{"N":"1"},{"S":"a\"b"},{"NULL":true}]}""", "[1,\"a\\u0022b\",null]")]
    [InlineData("""{"M":{"x":{"N":"1E+3"},"y":{"L":[]}}}""", """{"x":1E+3,"y":[]}""")]
    [InlineData("""{"SS":["a","b"]}""", """["a","b"]""")]
    [InlineData("""{"NS":["1","2"]}""", "[1,2]")]
    [InlineData("""{"BS":["YQ=="]}""", """["YQ=="]""")]
    [InlineData("""{"S":"plain"}""", "plain")]
    [InlineData("""{"B":"YQ=="}""", "a")]
    public async Task DynamoDb_AttributeOfEachType_BecomesTheInput(string attribute, string expected)
    {
        await using InMemoryFunction function = await StartAsync(builder =>
            builder.MapDynamoDbStream("texts", results => results.To(_sink), stream => stream.Attribute = "value"));

        await function.InvokeAsync(Change($$"""{"value":{{attribute}}}"""), Token);

        Assert.Equal(expected, Text(Assert.Single(_sink.Records)));
    }

    [Theory]
    [InlineData("""{"N":"five"}""", "is not a number")]
    [InlineData("""{"N":"1 2"}""", "is not a number")]
    [InlineData("""{"X":"1"}""", "none of the types")]
    [InlineData("{}", "none of the types")]
    [InlineData("""{"B":"%"}""", "not valid base64")]
    public async Task DynamoDb_DamagedAttribute_IsAnInvalidRecord(string attribute, string expected)
    {
        await using InMemoryFunction function = await StartAsync(builder =>
            builder.MapDynamoDbStream("texts", results => results.To(_sink), stream => stream.Attribute = "value"));

        await function.InvokeAsync(Change($$"""{"value":{{attribute}}}"""), Token);

        Assert.Contains(expected, Assert.Single(_sink.Records).Result.Error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DynamoDb_SeveralAttributes_AreARow()
    {
        await using InMemoryFunction function = await StartAsync(builder => builder.MapDynamoDbStream(
            "texts",
            results => results.To(_sink),
            stream =>
            {
                stream.Attributes.Add("age");
                stream.Attributes.Add("city");
                stream.Attributes.Add("none");
            }));

        await function.InvokeAsync(Change("""{"id":{"S":"7"},"city":{"S":"Ulm"},"age":{"N":"42"}}"""), Token);
        await function.InvokeAsync(Change("""{"id":{"S":"7"}}"""), Token);

        Assert.Equal("""{"age":42,"city":"Ulm"}""", Text(_sink.Records[0]));
        Assert.Contains("'age', 'city', 'none'", _sink.Records[1].Result.Error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MapDynamoDbStream_NoneOrBothKindsOfAttributes_Throws()
    {
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], new Lambda.Invocations.LambdaEnvironment());

        Assert.Contains("No attribute was named", Assert.Throws<ArgumentException>(
            () => builder.MapDynamoDbStream("a", results => results.ToNothing(), _ => { })).Message, StringComparison.Ordinal);
        Assert.Contains("Both Attribute and Attributes", Assert.Throws<ArgumentException>(
            () => builder.MapDynamoDbStream("a", results => results.ToNothing(), stream =>
            {
                stream.Attribute = "x";
                stream.Attributes.Add("y");
            })).Message, StringComparison.Ordinal);
    }

    private const string KafkaSource = "\"eventSource\":\"aws:kafka\"";

    private static string Text(SinkRecord record) => ((InferenceResult<Answer>)record.Result).Value.Text;

    private static string Kafka(string source, params (string Topic, int Partition, int Offset, string Value)[] records)
    {
        IEnumerable<string> partitions = records.GroupBy(record => (record.Topic, record.Partition)).Select(partition =>
            $"\"{partition.Key.Topic}-{partition.Key.Partition}\":[{string.Join(',', partition.Select(Record))}]");
        return $"{{{source},\"bootstrapServers\":\"b-1.example.com:9092\",\"records\":{{{string.Join(',', partitions)}}}}}";

        static string Record((string Topic, int Partition, int Offset, string Value) record) => string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"topic\":\"{record.Topic}\",\"partition\":{record.Partition},\"offset\":{record.Offset}," +
            $"\"timestamp\":1545084650987,\"timestampType\":\"CREATE_TIME\",\"key\":\"a2V5\"," +
            $"\"value\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(record.Value))}\"}}");
    }

    private static string Change(string image) =>
        LambdaEvents.DynamoDbStream("text", "x").Replace("""{"text":{"S":"x"}}""", image, StringComparison.Ordinal);

    private static byte[] Aggregate(params string[] texts)
    {
        var message = new List<byte> { 0x0A, 2, (byte)'p', (byte)'k' };
        foreach (string text in texts)
        {
            byte[] data = Encoding.UTF8.GetBytes(text);
            message.AddRange([0x1A, (byte)(data.Length + 4), 0x08, 0, 0x1A, (byte)data.Length, .. data]);
        }

        return Seal([.. message]);
    }

    // The format's checksum is an MD5 digest.
    private static byte[] Seal(byte[] message) =>
        [0xF3, 0x89, 0x9A, 0xC2, .. message, .. CryptographicOperations.HashData(HashAlgorithmName.MD5, message)];

    private static byte[] Gzip(byte[] data)
    {
        using var output = new MemoryStream();
        using (var stream = new GZipStream(output, CompressionLevel.Fastest))
        {
            stream.Write(data);
        }

        return output.ToArray();
    }

    private static Task<InMemoryFunction> StartAsync(Action<InferenceFunctionBuilder> map) => TestFunction.StartAsync(map);
}
