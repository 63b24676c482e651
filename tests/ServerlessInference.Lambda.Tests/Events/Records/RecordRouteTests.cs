using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Results;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events.Records;

public sealed class RecordRouteTests
{
    private readonly ListSink _sink = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sqs_AllAnswered_ReportsNoFailure()
    {
        await using var function = await StartAsync(builder => builder.MapSqs("texts", results => results.To(_sink)));

        InvocationResult result = await function.InvokeAsync(LambdaEvents.Sqs("a", "bb"), Token);

        Assert.Equal("""{"batchItemFailures":[]}""", result.Text);
        Assert.Equal(
            ["arn:aws:sqs:eu-central-1:123456789012:inputs message-1 " +
            "{\"Text\":\"a\",\"Number\":1}", "arn:aws:sqs:eu-central-1:123456789012:inputs message-2 {\"Text\":\"bb\",\"Number\":2}"],
            _sink.Written);
    }

    [Fact]
    public async Task Sqs_InvalidAndUnwrittenRecords_ReportsEach()
    {
        _sink.Fails = id => id == "message-4";
        await using var function = await StartAsync(builder => builder.MapSqs("texts", results => results.To(_sink)));

        InvocationResult result = await function.InvokeAsync(LambdaEvents.Sqs("a", "bad", "c", "d", "e"), Token);

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"message-2"},{"itemIdentifier":"message-4"}]}""", result.Text);
        Assert.Equal(3, _sink.Written.Count);
    }

    [Fact]
    public async Task Sqs_FifoQueue_HoldsBackTheRestOfAFailedGroup()
    {
        await using var function = await StartAsync(builder => builder.MapSqs("texts", results => results.To(_sink)));

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.SqsFifo(("x", "a"), ("x", "bad"), ("y", "c"), ("x", "d"), ("y", "e")), Token);

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"message-2"},{"itemIdentifier":"message-4"}]}""", result.Text);
        Assert.Equal(["message-1", "message-3", "message-5"], _sink.Ids);
    }

    [Fact]
    public async Task Sqs_TimeRunsOut_ReportsWhatWasNotWritten()
    {
        var clock = new FakeTimeProvider();
        int asked = 0;
        await using var function = await StartAsync(
            builder => builder.MapSqs("texts", results => results.To(_sink)),
            clock,
            async (input, token) =>
            {
                if (++asked > 32)
                {
                    clock.Advance(TimeSpan.FromSeconds(60));
                    await Task.Delay(Timeout.Infinite, token);
                }

                return new Answer("ok");
            });

        InvocationResult result = await function.InvokeAsync(LambdaEvents.Sqs([.. Enumerable.Range(0, 70).Select(i => $"{i}")]), Token);

        Assert.Null(result.Error);
        Assert.Equal(38, result.ReadJson().GetProperty("batchItemFailures").GetArrayLength());
        Assert.Equal(32, _sink.Written.Count);
    }

    [Fact]
    public async Task Sqs_ModelThatCannotBeLoaded_FailsTheInvocation()
    {
        await using var function = await StartAsync(
            builder => builder.MapSqs("texts", results => results.To(_sink)), answer: (_, _) => throw new ModelLoadException("Gone."));

        InvocationResult result = await function.InvokeAsync(LambdaEvents.Sqs("a"), Token);

        Assert.Equal("ModelLoadException", result.Error?.Type);
    }

    [Fact]
    public async Task Kinesis_InvalidRecord_IsWrittenAsAnErrorAndSkipped()
    {
        await using var function = await StartAsync(builder => builder.MapKinesis("texts", results => results.To(_sink)));

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents
                .Kinesis("a"u8.ToArray(), "bad"u8.ToArray(), "c"u8.ToArray())
                .Replace("\"YQ==\"", "\"%%\"", StringComparison.Ordinal), Token);

        Assert.Equal("""{"batchItemFailures":[]}""", result.Text);
        Assert.Equal(["sequence-1", "sequence-2", "sequence-3"], _sink.Ids);
        Assert.EndsWith("sequence-1 The record's data is not valid base64.", _sink.Written[0], StringComparison.Ordinal);
        Assert.EndsWith("sequence-2 Bad text.", _sink.Written[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kinesis_InvalidRecordThatMayNotBeSkipped_EndsTheBatch()
    {
        await using var function = await StartAsync(builder =>
            builder.MapKinesis("texts", results => results.To(_sink), options => options.SkipInvalidRecords = false));

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.Kinesis("a"u8.ToArray(), "bad"u8.ToArray(), "c"u8.ToArray()), Token);

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"sequence-2"}]}""", result.Text);
        Assert.Equal(["sequence-1"], _sink.Ids);
    }

    [Fact]
    public async Task Kinesis_SinkThatFails_ReportsTheFirstAndStops()
    {
        _sink.Fails = id => id is "sequence-2" or "sequence-3";
        await using var function = await StartAsync(builder => builder.MapKinesis("texts", results => results.To(_sink)));

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.Kinesis("a"u8.ToArray(), "b"u8.ToArray(), "c"u8.ToArray(), "d"u8.ToArray()), Token);

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"sequence-2"}]}""", result.Text);
        Assert.Equal(["sequence-1"], _sink.Ids);
    }

    [Fact]
    public async Task DynamoDb_NewImagesAndRemovals_AnswersImagesAndSkipsRemovals()
    {
        await using var function = await StartAsync(builder => 
            builder.MapDynamoDbStream("texts", results => results.To(_sink), stream => stream.Attribute = "text"));

        InvocationResult result = await function.InvokeAsync(LambdaEvents.DynamoDbStream("text", "a", null, "c"), Token);
        await function.InvokeAsync(LambdaEvents.DynamoDbStream("other", "x"), Token);

        Assert.Equal("""{"batchItemFailures":[]}""", result.Text);
        Assert.Equal(["sequence-1", "sequence-3", "sequence-1"], _sink.Ids);
        Assert.Contains("no new image with the attribute 'text'", _sink.Written[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Records":[{"eventSource":"aws:sqs","body":"x"}]}""")]
    [InlineData("""{"Records":[{"eventSource":"aws:sqs","body":"x"},5]}""")]
    public async Task Sqs_DamagedBatch_FailsTheInvocation(string payload)
    {
        await using var function = await StartAsync(builder => builder.MapSqs("texts", results => results.To(_sink)));

        InvocationResult result = await function.InvokeAsync(payload, Token);

        Assert.Equal("InvalidInputException", result.Error?.Type);
    }

    [Fact]
    public async Task SeveralKinds_InOneFunction_EachReachesItsRoute()
    {
        await using var function = await StartAsync(builder => builder
            .MapHttp("texts")
            .MapSqs("texts", results => results.To<ListSink>())
            .MapKinesis("texts", results => results.To<ListSink>())
            .MapHandler(
                TestJson.Default.Question, TestJson.Default.Answer, (question, _, _) => ValueTask.FromResult(new Answer("direct"))));

        Assert.Equal(200, (await function.InvokeAsync(LambdaEvents.HttpApi("POST", "/", "x"u8.ToArray()), Token)).ReadHttp().Status);
        Assert.Contains("batchItemFailures", (await function.InvokeAsync(LambdaEvents.Sqs("a"), Token)).Text, StringComparison.Ordinal);
        Assert.Contains(
            "batchItemFailures", (await function.InvokeAsync(LambdaEvents.Kinesis("a"u8.ToArray()), Token)).Text, StringComparison.Ordinal);
        Assert.Equal(new Answer("direct"), (await function.InvokeAsync("""{"Text":"x"}""", Token)).Read(TestJson.Default.Answer));
    }

    [Fact]
    public async Task Initialize_UnknownModel_ListsTheRegistered()
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(
            () => StartAsync(builder => builder.MapSqs("words", results => results.To(_sink))));

        Assert.Contains("MapSqs: there is no model 'words'. Registered: 'texts'.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Map_WithoutASinkOrTwice_Throws()
    {
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], new LambdaEnvironment());

        Assert.Throws<ArgumentException>(() => builder.MapSqs("texts", _ => { }));
        builder.MapSqs("texts", results => results.To(_sink));
        Assert.Throws<InvalidOperationException>(() => builder.MapSqs("texts", results => results.To(_sink)));
        Assert.Throws<InvalidOperationException>(
            () => builder.MapSqs("texts", results => results.To(_sink), options => options.Source = "other"));
    }

    private Task<InMemoryFunction> StartAsync(
        Action<InferenceFunctionBuilder> map, TimeProvider? time =
            null, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<Answer>>? answer = null) =>
        InMemoryFunction.StartAsync(builder =>
        {
            builder.LogOutput = () => Stream.Null;
            builder.Services.AddSingleton(_sink);
            builder.AddFakeModel("texts", answer ?? ((input, _) =>
            {
                string text = Encoding.UTF8.GetString(input.Span);
                return text == "bad" ? throw new InvalidInputException("Bad text.") : ValueTask.FromResult(new Answer(text, input.Length));
            }));
            map(builder);
        }, time, cancellationToken: Token);

    private sealed class ListSink : IResultSink
    {
        public Func<string, bool> Fails { get; set; } = _ => false;

        public List<string> Written { get; } = [];

        public List<string> Ids { get; } = [];

        public ValueTask WriteAsync(SinkRecord record, CancellationToken cancellationToken = default)
        {
            if (Fails(record.Id))
            {
                throw new IOException("The table is throttled.");
            }

            Ids.Add(record.Id);
            Written.Add(
                $"{record.Origin} {record.Id} " +
                $"{(record.Result.Error is { } error ? error.Message : Encoding.UTF8.GetString(record.Json.Span))}");
            return ValueTask.CompletedTask;
        }
    }
}
