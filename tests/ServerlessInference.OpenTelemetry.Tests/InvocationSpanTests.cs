using System.Diagnostics;
using ServerlessInference.Lambda.Tests.Runtime;
using ServerlessInference.Testing;

namespace ServerlessInference.OpenTelemetry.Tests;

[Collection(nameof(TracedFunction))]
public sealed class InvocationSpanTests
{
    private const string Sampled = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a87bd80c:0";
    private const string TraceOfXRay = "5759e988bd862e3fe1be46a994272793";
    private const string TraceOfCaller = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task Answer_BatchExporter_IsExportedBeforeTheNextEvent()
    {
        List<Activity> exported = [];
        await using TracedFunction function = TracedFunction.Start(exported);

        await function.SendAsync("{}");
        await function.SendAsync("{}");

        // The second answer proves that the work after the first one is done.
        Assert.NotEmpty(exported);
    }

    [Fact]
    public async Task Span_OfAnInvocation_HasTheAttributesOfTheConventions()
    {
        Activity[] spans = await RunAsync(function => function.SendAsync("{}"), function => function.SendAsync("{}"));

        Assert.All(spans, span => Assert.Equal(("test", ActivityKind.Server), (span.DisplayName, span.Kind)));
        Assert.Equal("request-1", spans[0].GetTagItem("faas.invocation_id"));
        Assert.Equal([true, false], spans.Select(span => span.GetTagItem("faas.coldstart")));
        Assert.Equal("other", spans[0].GetTagItem("faas.trigger"));
        Assert.Equal("123456789012", spans[0].GetTagItem("cloud.account.id"));
        Assert.Equal("arn:aws:lambda:us-east-1:123456789012:function:test", spans[0].GetTagItem("aws.lambda.invoked_arn"));
        Assert.Equal(ActivityStatusCode.Unset, spans[0].Status);
    }

    [Fact]
    public async Task Span_WhileTheHandlerRuns_IsTheCurrentOne()
    {
        List<Activity> exported = [];
        await using TracedFunction function = TracedFunction.Start(exported);

        await function.SendAsync("{}");
        await function.SendAsync("""{"again":1}""");

        Assert.Equal("request-2", function.Current?.GetTagItem("faas.invocation_id"));
    }

    [Fact]
    public async Task Span_SampledByXRay_BelongsToItsTrace()
    {
        Activity span = (await RunAsync(function => function.SendAsync("{}", Sampled)))[0];

        Assert.Equal((TraceOfXRay, "53995c3f42cd8ad8"), (span.TraceId.ToHexString(), span.ParentSpanId.ToHexString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0")]
    [InlineData("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")]
    [InlineData("Root=1-5759e988-bd862e3fe1be46a99427279Z;Parent=53995c3f42cd8ad8;Sampled=1")]
    [InlineData("Root=1-00000000-000000000000000000000000;Parent=53995c3f42cd8ad8;Sampled=1")]
    [InlineData("nonsense")]
    public async Task Span_NotSampledByXRay_IsRecordedWithoutAParent(string? header)
    {
        Activity span = (await RunAsync(function => function.SendAsync("{}", header)))[0];

        Assert.Equal(default, span.ParentSpanId);
        Assert.NotEqual(TraceOfXRay, span.TraceId.ToHexString());
    }

    [Fact]
    public async Task Span_HttpRequestWithTraceParent_BelongsToTheCallersTrace()
    {
        string payload = LambdaEvents.HttpApiText("POST", "/", "x").Replace(
            "\"headers\":{", $"\"headers\":{{\"Traceparent\":\"00-{TraceOfCaller}-b7ad6b7169203331-01\",", StringComparison.Ordinal);

        Activity span = (await RunAsync(function => function.SendAsync(payload, Sampled)))[0];

        Assert.Equal((TraceOfCaller, "b7ad6b7169203331"), (span.TraceId.ToHexString(), span.ParentSpanId.ToHexString()));
        Assert.Equal("http", span.GetTagItem("faas.trigger"));
    }

    [Fact]
    public async Task Span_BatchOfMessages_LinksTheTracesOfItsRecords()
    {
        string payload =
            "{\"Records\":[" +
            "{\"eventSource\":\"aws:sqs\",\"body\":\"a\",\"attributes\":{\"AWSTraceHeader\":\"" + Sampled + "\"},\"messageId\":\"1\"}," +
            "{\"eventSource\":\"aws:sqs\",\"body\":\"b\",\"attributes\":{},\"messageAttributes\":{\"traceparent\":" +
            "{\"stringValue\":\"00-" + TraceOfCaller + "-b7ad6b7169203331-01\",\"dataType\":\"String\"}},\"messageId\":\"2\"}," +
            "{\"eventSource\":\"aws:sqs\",\"body\":\"c\",\"messageId\":\"3\"}]}";

        Activity span = (await RunAsync(function => function.SendAsync(payload)))[0];

        Assert.Equal([TraceOfXRay, TraceOfCaller], span.Links.Select(link => link.Context.TraceId.ToHexString()));
        Assert.Equal("pubsub", span.GetTagItem("faas.trigger"));
    }

    [Fact]
    public async Task Span_HandlerThatThrows_IsAnError()
    {
        Activity span = (await RunAsync(function => function.SendAsync("\"fail\"")))[0];

        Assert.Equal((ActivityStatusCode.Error, "NotSupportedException"), (span.Status, (string?)span.GetTagItem("error.type")));
    }

    [Fact]
    public async Task Span_OfAWarmup_SaysSo()
    {
        Activity span = (await RunAsync(function => function.SendAsync(LambdaEvents.ScheduledRule())))[0];

        Assert.Equal(("timer", true), ((string?)span.GetTagItem("faas.trigger"), (bool?)span.GetTagItem("serverless_inference.warmup")));
    }

    [Fact]
    public async Task Span_SeveralInvocationsAtATime_HaveTheirOwnSpans()
    {
        List<Activity> exported = [];
        await using (TracedFunction function = TracedFunction.Start(exported, concurrency: 4))
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => function.SendAsync("{}")));
        }

        Assert.Equal(20, exported.Select(span => span.GetTagItem("faas.invocation_id")).Distinct().Count());
        Assert.Equal(20, exported.Select(span => span.TraceId).Distinct().Count());
    }

    /// <summary>Sends events one after another, and returns the spans of the function, which has ended.</summary>
    private static async Task<Activity[]> RunAsync(params Func<TracedFunction, Task<FakeRuntimeApi.Post>>[] events)
    {
        List<Activity> exported = [];
        await using (TracedFunction function = TracedFunction.Start(exported))
        {
            foreach (Func<TracedFunction, Task<FakeRuntimeApi.Post>> send in events)
            {
                await send(function);
            }
        }

        Assert.Equal(events.Length, exported.Count);
        return [.. exported];
    }
}
