using System.Text;
using ServerlessInference.Tool.LocalRuntime;
using ServerlessInference.Tool.LocalRuntime.Http;

namespace ServerlessInference.Tool.Tests.LocalRuntime.Http;

public sealed class HttpAnswerTests
{
    [Theory]
    [InlineData("""{"label":"cat"}""", """{"label":"cat"}""")]
    [InlineData("[1,2]", "[1,2]")]
    [InlineData("\"Hello\"", "Hello")]
    [InlineData("7", "7")]
    public void Read_NoStatusCode_IsTheBodyOfA200(string payload, string body)
    {
        var answer = Read(payload);

        Assert.NotNull(answer);
        Assert.Equal(200, answer.Status);
        Assert.Equal("application/json", answer.Headers.Single(header => header.Key == "content-type").Value);
        Assert.Equal(body, Encoding.UTF8.GetString(answer.Body.Span));
    }

    [Fact]
    public void Read_StatusCodeAsText_IsAccepted() => Assert.Equal(404, Read("""{"statusCode":"404"}""")?.Status);

    [Fact]
    public void Read_ContentTypeGiven_IsKept() =>
        Assert.Equal(
            new KeyValuePair<string, string>("Content-Type", "text/html"),
            Assert.Single(Read("""{"statusCode":200,"headers":{"Content-Type":"text/html"},"body":"x"}""")!.Headers));

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("""{"statusCode":null}""")]
    [InlineData("""{"statusCode":600}""")]
    [InlineData("""{"statusCode":200.5}""")]
    [InlineData("""{"statusCode":200,"headers":[]}""")]
    [InlineData("""{"statusCode":200,"headers":{"a":["b"]}}""")]
    [InlineData("""{"statusCode":200,"headers":{"a":"b\nc"}}""")]
    [InlineData("""{"statusCode":200,"headers":{"a":"ü"}}""")]
    [InlineData("""{"statusCode":200,"headers":{"a b":"c"}}""")]
    [InlineData("""{"statusCode":200,"headers":{"":"c"}}""")]
    [InlineData("""{"statusCode":200,"cookies":["a\r\nb"]}""")]
    [InlineData("""{"statusCode":200,"body":"\ud800"}""")]
    [InlineData("""{"statusCode":200,"headers":{"\ud800":"c"}}""")]
    [InlineData("""{"statusCode":200,"body":{}}""")]
    [InlineData("""{"statusCode":200,"body":"%","isBase64Encoded":true}""")]
    public void Read_NotInTheFormat_IsNull(string payload) => Assert.Null(Read(payload));

    [Fact]
    public void Read_StreamedWithoutPrelude_IsTheBody()
    {
        var answer = HttpAnswer.Read(new InvocationOutcome("abc"u8.ToArray(), "text/event-stream", true, null, 0));

        Assert.Equal("text/event-stream", answer?.Headers.Single().Value);
        Assert.Equal("abc", Encoding.UTF8.GetString(answer!.Body.Span));
    }

    [Fact]
    public void Read_StreamedPreludeWithoutEnd_IsNull() =>
        Assert.Null(
            HttpAnswer.Read(
                new InvocationOutcome("{}abc"u8.ToArray(), "application/vnd.awslambda.http-integration-response", true, null, 0)));

    private static HttpAnswer? Read(string payload) =>
        HttpAnswer.Read(new InvocationOutcome(Encoding.UTF8.GetBytes(payload), "application/json", false, null, 0));
}
