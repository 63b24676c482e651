using System.Text;

namespace ServerlessInference.OpenTelemetry.Tests;

public sealed class TraceLinksTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Theory]
    [InlineData("""{"headers":{"traceparent":"@","tracestate":"a=b"},"body":"x"}""", true)]
    [InlineData("""{"headers":{"TRACEPARENT":"@"},"body":"x"}""", true)]
    [InlineData("""{"multiValueHeaders":{"traceparent":["@","other"]},"body":"x"}""", true)]
    [InlineData("""{"headers":null,"requestContext":{"headers":{"traceparent":"@"}}}""", false)]
    [InlineData("""{"body":"x","headers":{"traceparent":"@"}}""", false)]
    [InlineData("""{"headers":{"traceparent":"nonsense"}}""", false)]
    [InlineData("""{"headers":{"traceparent":["@"]""", false)]
    [InlineData("""["traceparent"]""", false)]
    [InlineData("""{"traceparent":"@"}""", false)]
    public void Read_HttpEvent_FindsTheCallersSpan(string payload, bool found)
    {
        TraceLinks links = TraceLinks.Read(Encoding.UTF8.GetBytes(payload.Replace("@", Parent, StringComparison.Ordinal)));

        Assert.Equal(found ? "b7ad6b7169203331" : "0000000000000000", links.Parent.SpanId.ToHexString());
        Assert.Null(links.Records);
    }

    [Fact]
    public void Read_TraceState_IsKept()
    {
        string payload = "{\"headers\":{\"tracestate\":\"a=b\",\"traceparent\":\"" + Parent + "\"}}";

        Assert.Equal("a=b", TraceLinks.Read(Encoding.UTF8.GetBytes(payload)).Parent.TraceState);
    }

    [Fact]
    public void Read_NotificationInSns_LinksTheSendersSpan()
    {
        string payload = "{\"Records\":[{\"EventSource\":\"aws:sns\",\"Sns\":{\"Message\":\"m\",\"MessageAttributes\":{\"traceparent\":" +
            "{\"Type\":\"String\",\"Value\":\"" + Parent + "\"},\"other\":{\"Value\":\"x\"}}}}]}";

        Assert.Equal(
            "b7ad6b7169203331", Assert.Single(TraceLinks.Read(Encoding.UTF8.GetBytes(payload)).Records!).Context.SpanId.ToHexString());
    }

    [Fact]
    public void Read_ManyRecords_KeepsAsManyLinksAsASpanMayHave()
    {
        const string Header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        string record = "{\"attributes\":{\"AWSTraceHeader\":\"" + Header + "\"}}";
        string payload = "{\"Records\":[" + string.Join(',', Enumerable.Repeat(record, 500)) + "]}";

        Assert.Equal(128, TraceLinks.Read(Encoding.UTF8.GetBytes(payload)).Records!.Count);
    }
}
