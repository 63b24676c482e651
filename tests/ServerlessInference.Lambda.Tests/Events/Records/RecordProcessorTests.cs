using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events.Records;

public sealed class RecordProcessorTests
{
    private readonly MemorySink _sink = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SeveralSources_EachHasItsModel()
    {
        await using var function = await TestFunction.StartAsync(builder =>
        {
            builder.MapKinesis("texts", results => results.To(_sink), options => options.Source = "inputs");
            builder.MapKinesis("other", results => results.To(_sink), options => options.Source = "others");
        });
        string others = LambdaEvents.Kinesis("a"u8.ToArray()).Replace("stream/inputs", "stream/others", StringComparison.Ordinal);

        await function.InvokeAsync(LambdaEvents.Kinesis("a"u8.ToArray()), Token);
        await function.InvokeAsync(others, Token);
        InvocationResult unknown = await function.InvokeAsync(
            others.Replace("stream/others", "stream/unknown", StringComparison.Ordinal), Token);

        Assert.Contains("\"Text\":\"a\"", _sink.Written.First(), StringComparison.Ordinal);
        Assert.Contains("\"Text\":\"other\"", _sink.Written.ElementAt(1), StringComparison.Ordinal);
        Assert.Contains(
            "which is not mapped. Mapped: Kinesis records (model 'texts' for 'inputs', model 'other' for 'others')",
            unknown.Error?.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kinesis_ChangesOfATable_GiveTheirAttribute()
    {
        await using var function = await TestFunction.StartAsync(
            builder => builder.MapKinesis("texts", results => results.To(_sink), options => options.Attribute = "review"));

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.Kinesis(
                """{"eventName":"INSERT","eventSource":"aws:dynamodb","dynamodb":{"NewImage":{"review":{"S":"good"}}}}"""u8.ToArray(),
                """{"eventName":"REMOVE","dynamodb":{}}"""u8.ToArray(),
                "5"u8.ToArray(),
                "nonsense"u8.ToArray()),
            Token);

        Assert.Equal("""{"batchItemFailures":[]}""", result.Text);
        Assert.Equal(["sequence-1", "sequence-3", "sequence-4"], _sink.Records.Select(record => record.Id));
        Assert.Contains("\"Text\":\"good\"", _sink.Written.First(), StringComparison.Ordinal);
        Assert.Contains("is not a change of a DynamoDB table", _sink.Written.ElementAt(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sqs_GroupsOfAStandardQueue_AreNotHeldBack()
    {
        await using var function = await TestFunction.StartAsync(builder => builder.MapSqs("texts", results => results.To(_sink)));
        string fair =
            LambdaEvents.SqsFifo(("x", "bad"), ("x", "b")).Replace(
                "inputs.fifo", "inputs", StringComparison.Ordinal).Replace("SequenceNumber", "Other", StringComparison.Ordinal);

        InvocationResult result = await function.InvokeAsync(fair, Token);

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"message-1"}]}""", result.Text);
    }

    [Fact]
    public async Task Sqs_SkipInvalidRecords_WritesTheError()
    {
        await using var function = await TestFunction.StartAsync(
            builder => builder.MapSqs("texts", results => results.To(_sink), options => options.SkipInvalidRecords = true));

        InvocationResult result = await function.InvokeAsync(LambdaEvents.Sqs("bad"), Token);

        Assert.Equal("""{"batchItemFailures":[]}""", result.Text);
        Assert.EndsWith("message-1 Bad text.", _sink.Written.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kinesis_InvalidRecordWithoutASink_IsReported()
    {
        await using var function = await TestFunction.StartAsync(builder => builder.MapKinesis("texts", results => results.ToNothing()));

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.Kinesis("a"u8.ToArray(), "bad"u8.ToArray(), "c"u8.ToArray()), Token);

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"sequence-2"}]}""", result.Text);
    }

    [Fact]
    public async Task Kinesis_BatchSink_GetsAChunkAtOnceAndItsFirstFailureCounts()
    {
        var sink =
            new MemoryBatchSink { Fails = record => record.Id is "sequence-40" or "sequence-50" ? new IOException("Throttled.") : null };
        await using var function = await TestFunction.StartAsync(builder => builder.MapKinesis("texts", results => results.To(sink)));

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.Kinesis([.. Enumerable.Range(0, 100).Select(_ => "a"u8.ToArray())]), Token);

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"sequence-40"}]}""", result.Text);
        Assert.Equal([32, 32], sink.Sizes);
    }

    [Fact]
    public async Task Kinesis_TimeThatWouldNotSuffice_IsNotBegun()
    {
        var clock = new FakeTimeProvider();
        int asked = 0;
        await using var function = await TestFunction.StartAsync(
            builder => builder.MapKinesis("texts", results => results.To(_sink)),
            time: clock,
            answer: (_, _) =>
            {
                asked++;
                clock.Advance(TimeSpan.FromMilliseconds(500));
                return ValueTask.FromResult(new Answer("ok"));
            });

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.Kinesis([.. Enumerable.Range(0, 100).Select(_ => "a"u8.ToArray())]), Token);

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"sequence-33"}]}""", result.Text);
        Assert.Equal((32, 32), (asked, _sink.Records.Count));
    }

    [Fact]
    public async Task Sqs_InputThatBreaksTheModel_DoesNotTakeTheOthersWithIt()
    {
        await using var function = await TestFunction.StartAsync(
            builder => builder.MapSqs("texts", results => results.To(_sink)),
            answer: (input, _) =>
                input.Length == 4 ? throw new InvalidOperationException("Native trouble.") : ValueTask.FromResult(new Answer("ok")));

        InvocationResult result = await function.InvokeAsync(LambdaEvents.Sqs("a", "four", "c"), Token);

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"message-2"}]}""", result.Text);
        Assert.Equal(["message-1", "message-3"], _sink.Records.Select(record => record.Id));
    }
}
