using System.Text;
using System.Text.Json;
using ServerlessInference.Lambda.Events.Http;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events.Http;

/// <summary>
/// A second protocol is a set of endpoints in the same route. The one here has the paths of the KServe V2 inference protocol.
/// </summary>
public sealed class HttpEndpointTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_EndpointOfASecondProtocol_AnswersNextToTheFirst()
    {
        await using InMemoryFunction function = await StartAsync();

        HttpResult first = await SendAsync(function, "POST", "/texts");
        HttpResult second = await SendAsync(function, "POST", "/v2/models/texts/infer");

        Assert.Contains("\"result\"", first.Text, StringComparison.Ordinal);
        Assert.Equal(200, second.Status);
        Assert.Equal("""{"model_name":"texts","received":"hello"}""", second.Text);
    }

    [Theory]
    [InlineData("/v2/models/texts/infer", "POST", "Send POST with a tensor as the body. Allowed: POST.")]
    [InlineData("/v2/health/ready", "GET", "Send GET for the server's state. Allowed: GET.")]
    [InlineData(
        "/texts", "GET, HEAD, POST", "Send POST with an input as the body, or GET for the model's state. Allowed: GET, HEAD, POST.")]
    public async Task Put_EndpointOfEitherProtocol_Answers405WithItsOwnMethods(string path, string allowed, string detail)
    {
        await using InMemoryFunction function = await StartAsync();

        HttpResult http = await SendAsync(function, "PUT", path);

        Assert.Equal(405, http.Status);
        Assert.Equal(allowed, http.Headers["allow"]);
        Assert.Equal(detail, http.ReadJson().GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Get_UnknownPath_Answers404WithThePathsOfBothProtocols()
    {
        await using InMemoryFunction function = await StartAsync();

        HttpResult http = await SendAsync(function, "GET", "/v2/models/words");

        Assert.Equal(404, http.Status);
        Assert.Equal(
            "There is nothing at this path. Mapped: /texts, /v2/models/texts/infer, /v2/health/ready.",
            http.ReadJson().GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Get_EndpointThatFails_AnswersWithProblemDetails()
    {
        await using InMemoryFunction function = await StartAsync(ready: false);

        HttpResult http = await SendAsync(function, "GET", "/v2/health/ready");

        Assert.Equal(422, http.Status);
        Assert.Equal("Not ready.", http.ReadJson().GetProperty("detail").GetString());
    }

    private static async Task<HttpResult> SendAsync(InMemoryFunction function, string method, string path) =>
        (await function.InvokeAsync(LambdaEvents.HttpApi(method, path, "hello"u8.ToArray()), Token)).ReadHttp();

    private static Task<InMemoryFunction> StartAsync(bool ready = true) => TestFunction.StartAsync(builder =>
    {
        builder.MapHttp("texts", "/texts");
        HttpRoute route = builder.GetOrAddRoute(() => new HttpRoute());
        route.Add(new TensorEndpoint("texts"));
        route.Add(new ReadyEndpoint(ready));
    });

    private sealed class TensorEndpoint(string model)
        : HttpEndpoint($"/v2/models/{model}/infer", ["POST"], model, "POST with a tensor as the body")
    {
        public override void Prepare(FunctionServices services, ICollection<string> failures)
        {
        }

        public override ValueTask HandleAsync(
            Invocation invocation, EventKind kind, HttpRequest request, CancellationToken cancellationToken)
        {
            Utf8JsonWriter writer = invocation.BeginInner();
            writer.WriteStartObject();
            writer.WriteString("model_name"u8, Model);
            writer.WriteString("received"u8, Encoding.UTF8.GetString(request.DecodeBody(invocation.Payload).Span));
            writer.WriteEndObject();
            writer.Flush();
            HttpAnswer.Write(invocation, kind, 200, HttpAnswer.Json);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class ReadyEndpoint(bool ready) : HttpEndpoint("/v2/health/ready", ["GET"], "texts", "GET for the server's state")
    {
        public override bool NeedsModels => false;

        public override void Prepare(FunctionServices services, ICollection<string> failures)
        {
        }

        public override ValueTask HandleAsync(
            Invocation invocation, EventKind kind, HttpRequest request, CancellationToken cancellationToken)
        {
            if (!ready)
            {
                throw new InvalidInputException(InvalidInputKind.Unprocessable, "Not ready.");
            }

            invocation.BeginInner().Flush();
            HttpAnswer.Write(invocation, kind, 200, HttpAnswer.Json);
            return ValueTask.CompletedTask;
        }
    }
}
