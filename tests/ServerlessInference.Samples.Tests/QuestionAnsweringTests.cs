using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using ServerlessInference.S3.Tests;
using ServerlessInference.Samples.Tests.Support;

namespace ServerlessInference.Samples.Tests;

/// <summary>Questions arrive over HTTP; the model is loaded from an archive in S3 straight into memory.</summary>
public sealed class QuestionAnsweringTests(S3Server s3) : IClassFixture<S3Server>
{
    // The local Runtime API refuses requests of pages on other machines.
    private const string Origin = "http://localhost:8000";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Model => Repository.Model("paragraph-qa");

    [Fact]
    public async Task Post_AQuestion_IsAnsweredWithTheSpanAndNothingOfTheModelIsOnDisk()
    {
        s3.Require();
        await PutModelAsync();
        using var temporary = new TemporaryFolder();
        await using RunningFunction function = await StartAsync(temporary.Path);
        using JsonDocument samples = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Model, "samples.json"), Cancellation));
        (string question, string context, string answer) = QuestionSample.First(samples.RootElement);

        using HttpResponseMessage response = await PostAsync(
            function, JsonSerializer.Serialize(new Dictionary<string, string> { ["question"] = question, ["context"] = context }));

        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Cancellation) + function.Log);
        Assert.Equal(Origin, response.Headers.GetValues("access-control-allow-origin").Single());
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(answer, body.RootElement.GetProperty("result").GetProperty("top")[0].GetProperty("text").GetString());
        Assert.DoesNotContain(
            Directory.EnumerateFiles(temporary.Path, "*", SearchOption.AllDirectories), file => new FileInfo(file).Length > 100_000);
    }

    [Fact]
    public async Task Options_FromTheAllowedPage_IsAnsweredWithoutTheModel()
    {
        s3.Require();
        await PutModelAsync();
        await using RunningFunction function = await StartAsync(null);
        using var request = new HttpRequestMessage(HttpMethod.Options, "/answer");
        request.Headers.Add("Origin", Origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");

        using HttpResponseMessage response = await function.Client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(Origin, response.Headers.GetValues("access-control-allow-origin").Single());
    }

    [Theory]
    [InlineData("/answer", "{\"question\":\"Who?\"}", HttpStatusCode.UnprocessableEntity, "context")]
    [InlineData("/answer", "{\"question\":", HttpStatusCode.BadRequest, "JSON")]
    [InlineData("/elsewhere", "{}", HttpStatusCode.NotFound, "/answer")]
    public async Task Post_ABadRequest_IsAClearProblem(string path, string body, HttpStatusCode status, string expected)
    {
        s3.Require();
        await PutModelAsync();
        await using RunningFunction function = await StartAsync(null);

        using HttpResponseMessage response = await PostAsync(function, body, path);

        string text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(status == response.StatusCode, $"{response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_TheArchiveIsMissing_TheFunctionSaysWhichObjectItLooksFor()
    {
        s3.Require();
        await using RunningFunction function = await StartAsync(null, "models/none.tar.gz");

        using HttpResponseMessage response = await PostAsync(function, """{"question":"Who?","context":"Ann."}""");

        Assert.True((int)response.StatusCode >= 500);
        Assert.Contains("models/none.tar.gz", function.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, HttpStatusCode.BadGateway)] // the model is loaded while the function starts: that fails, and API Gateway answers
    [InlineData(false, HttpStatusCode.ServiceUnavailable)] // The first request loads the model, as if starting took longer than 9 s.
    public async Task Post_S3UnavailableAtFirst_FailsClearlyAndLaterAnswers(bool preload, HttpStatusCode status)
    {
        s3.Require();
        await PutModelAsync();
        bool away = true;
        await using var proxy = new FaultProxy(s3.Endpoint, _ => (Volatile.Read(ref away) ? FaultKind.Unavailable : FaultKind.None, 0));
        await using RunningFunction function = await StartAsync(null, endpoint: proxy.Endpoint, preload: preload);
        const string question = """{"question":"Who lives in Gladru?","context":"Tazas lives in Gladru."}""";

        using HttpResponseMessage failed = await PostAsync(function, question);
        string problem = await failed.Content.ReadAsStringAsync(Cancellation);
        Volatile.Write(ref away, false);
        using HttpResponseMessage answered = await PostAsync(function, question);

        Assert.True(status == failed.StatusCode, $"{failed.StatusCode}: {problem}\n{function.Log}");
        Assert.Contains("models/qa.tar.gz", function.Log, StringComparison.Ordinal);
        string text = await answered.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answered.StatusCode == HttpStatusCode.OK, $"{answered.StatusCode}: {text}\n{function.Log}");
        Assert.Contains("Tazas", text, StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> PostAsync(RunningFunction function, string body, string path = "/answer")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Origin", Origin);
        return await function.Client.SendAsync(request, Cancellation);
    }

    private async Task<RunningFunction> StartAsync(
        string? temporary, string key = "models/qa.tar.gz", string? endpoint = null, bool preload = true) =>
        await RunningFunction.StartAsync(
        "QuestionAnswering",
        new Dictionary<string, string?>(s3.Variables())
        {
            ["MODEL_URI"] = $"s3://{s3.Bucket}/{key}",
            ["ALLOWED_ORIGIN"] = Origin,
            ["TMPDIR"] = temporary,
            ["ServerlessInference__S3__Endpoint"] = endpoint ?? s3.Endpoint.ToString(),
            ["ServerlessInference__Models__qa__Preload"] = preload ? "true" : "false",
        });

    private async Task PutModelAsync()
    {
        using var bytes = new MemoryStream();
        await using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        await using (var tar = new TarWriter(gzip))
        {
            IEnumerable<string> files = Directory.EnumerateFiles(Model)
            .Where(file => Path.GetExtension(file) is ".onnx" or ".txt" || file.EndsWith("config.json", StringComparison.Ordinal));
        foreach (string file in files)
            {
                await tar.WriteEntryAsync(file, Path.GetFileName(file), Cancellation);
            }
        }

        await s3.PutAsync("models/qa.tar.gz", bytes.ToArray());
    }
}
