using System.Net;
using System.Text;
using System.Text.Json;
using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.Commands;

/// <summary>Lambda's Invoke call, as <c>serve</c> answers it.</summary>
public sealed class ServeInvokeTests
{
    private const int Limit = 120_000;
    private const string Path = "/2015-03-31/functions/local-function/invocations";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task Invoke_AnEvent_ReachesTheFunctionAsItIs()
    {
        await using var serve = await ServeSession.StartAsync();
        using var request = Request("""{"Records":[{"eventSource":"aws:s3"}]}""");
        request.Headers.Add("X-Amz-Client-Context", Convert.ToBase64String("""{"custom":{"a":"b"}}"""u8));

        using var response = await serve.Client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("$LATEST", response.Headers.GetValues("X-Amz-Executed-Version").Single());
        Assert.False(response.Headers.Contains("X-Amz-Function-Error"));
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation)).RootElement;
        Assert.Equal("aws:s3", answer.GetProperty("event").GetProperty("Records")[0].GetProperty("eventSource").GetString());
        CliDocs.AssertFits("serve-request", await serve.NextDocumentAsync());
    }

    [Fact(Timeout = Limit)]
    public async Task Invoke_TheFunctionFails_IsStatus200WithTheErrorsHeader()
    {
        await using var serve = await ServeSession.StartAsync();
        using var request = Request("""{"do":"throw"}""");

        using var response = await serve.Client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Unhandled", response.Headers.GetValues("X-Amz-Function-Error").Single());
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation)).RootElement;
        Assert.Equal("bad input", answer.GetProperty("errorMessage").GetString());
    }

    [Theory(Timeout = Limit)]
    [InlineData("no json", null, null, "InvalidRequestContentException")]
    [InlineData("{}", "X-Amz-Invocation-Type", "Event", "InvalidParameterValueException")]
    [InlineData("{}", "X-Amz-Client-Context", "e30", "InvalidRequestContentException")]
    public async Task Invoke_RequestThatLambdaRejects_DoesNotReachTheFunction(string body, string? header, string? value, string type)
    {
        await using var serve = await ServeSession.StartAsync();
        using var request = Request(body);
        if (header is not null)
        {
            request.Headers.Add(header, value);
        }

        using var response = await serve.Client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(type, response.Headers.GetValues("x-amzn-errortype").Single());
        CliDocs.AssertFits("serve-request", await serve.NextDocumentAsync());
    }

    private static HttpRequestMessage Request(string body) =>
        new(HttpMethod.Post, Path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
}
