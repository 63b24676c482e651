using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ServerlessInference.Lambda.Events;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events.Http;

/// <summary>Uploads as pages, curl and client libraries send them.</summary>
public sealed class UploadTests
{
    private static readonly byte[] Photo = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. "JFIF\0 a photo"u8, 0xFF, 0xD9, 13, 10, 45, 45];
    private static readonly byte[] Other = [0x89, .. "PNG\r\n"u8, 0x1A, 10, 0, 0, 0, 13, .. "IHDR another one"u8];

    private readonly List<byte[]> _seen = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Base64 => Convert.ToBase64String(Photo);

    public static TheoryData<string> TextBodies => new(
        Base64,
        string.Join("\n", Base64.Chunk(24).Select(line => new string(line))),
        "data:image/jpeg;base64," + Base64,
        "DATA:image/jpeg;name=a.jpg;BASE64," + Base64,
        JsonSerializer.Serialize("data:image/jpeg;base64," + Base64),
        JsonSerializer.Serialize(Base64),
        $$"""{"base64":"{{Base64}}"}""",
        $$"""{"base64":"data:image/jpeg;base64,{{Base64}}"}""",
        $$"""{"base64":"{{Base64}}","filename":"a.jpg","size":5,"tags":["x"]}""",
        $$"""{"filename":"a.jpg","base64":"{{Base64}}"}""",
        $$"""{"base64":"{{Base64.Replace("/", "\\/", StringComparison.Ordinal)}}"}""",
        $$"""{"base64":"{{Base64.Replace('+', '-').Replace('/', '_').TrimEnd('=')}}"}""",
        $$"""{"image":"{{Base64}}"}""",
        $$""" {"image":"data:image/jpeg;base64,{{Base64}}","model":"shapes"} """,
        $$"""{"file":"data:image/jpeg;base64,{{Base64}}"}""",
        $$"""{"data":"{{Base64}}"}""");

    [Theory]
    [MemberData(nameof(TextBodies))]
    public async Task Post_FileAsText_IsDecoded(string body)
    {
        await using InMemoryFunction function = await StartAsync();

        HttpResult http = await SendAsync(function, LambdaEvents.HttpApiText("POST", "/", body));

        Assert.Equal((200, "shapes"), (http.Status, http.ReadJson().GetProperty("model").GetProperty("name").GetString()));
        Assert.Equal(Photo, Assert.Single(_seen));
    }

    [Fact]
    public async Task Post_Base64InBase64_IsDecodedTwice()
    {
        await using InMemoryFunction function = await StartAsync();

        HttpResult http = await SendAsync(function, LambdaEvents.HttpApi("POST", "/", Encoding.ASCII.GetBytes(Base64)));

        Assert.Equal(200, http.Status);
        Assert.Equal(Photo, Assert.Single(_seen));
    }

    [Theory]
    [InlineData("""{"image":"a red circle"}""")]
    [InlineData("""{"data":"aGVsbG8gd29ybGQsIGhvdyBhcmUgeW91"}""")]
    [InlineData("""{"instances":[[1,2,3]]}""")]
    [InlineData("""{"instances":"none"}""")]
    [InlineData("aGVsbG8gd29ybGQsIGhvdyBhcmUgeW91")]
    [InlineData("data: the word")]
    [InlineData("\"a quotation\"")]
    public async Task Post_TextForATextModel_IsTheInputItself(string body)
    {
        await using InMemoryFunction function = await StartAsync(acceptsText: true);

        HttpResult http = await SendAsync(function, LambdaEvents.HttpApiText("POST", "/", body));

        Assert.Equal(200, http.Status);
        Assert.Equal(body, Encoding.UTF8.GetString(Assert.Single(_seen)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Post_FormWithOneFile_IsAnsweredLikeTheFileAlone(bool restApi)
    {
        await using InMemoryFunction function = await StartAsync();
        byte[] form = Form(("note", null, "hello"u8.ToArray()), ("file", "a.jpg", Photo));

        HttpResult http = await SendAsync(
            function, restApi ? LambdaEvents.RestApi("POST", "/", form, FormType) : LambdaEvents.HttpApi("POST", "/", form, FormType));

        Assert.Equal(200, http.Status);
        Assert.Equal("photo", http.ReadJson().GetProperty("result").GetProperty("Text").GetString());
        Assert.Equal(Photo, Assert.Single(_seen));
    }

    [Fact]
    public async Task Post_FormWithSeveralFiles_IsOneBatchWithAnAnswerForEach()
    {
        var sink = new MemorySink();
        await using InMemoryFunction function = await StartAsync(sink: sink);
        byte[] form = Form(("files", "a.jpg", Photo), ("files", "b.txt", "no image"u8.ToArray()), ("files", "c.png", Other));

        HttpResult http = await SendAsync(function, LambdaEvents.HttpApi("POST", "/", form, FormType));

        Assert.Equal(200, http.Status);
        JsonElement results = http.ReadJson().GetProperty("results");
        Assert.Equal(3, results.GetArrayLength());
        Assert.Equal("photo", results[0].GetProperty("result").GetProperty("Text").GetString());
        Assert.Equal("InvalidInputException", results[1].GetProperty("error").GetProperty("type").GetString());
        Assert.Equal("photo", results[2].GetProperty("result").GetProperty("Text").GetString());
        Assert.Equal(3, sink.Records.Select(record => record.Id).Distinct().Count());
    }

    [Fact]
    public async Task Post_Instances_AreOneBatch()
    {
        await using InMemoryFunction function = await StartAsync();
        string body = $$"""{"instances":[{"b64":"{{Base64}}"},{"image_bytes":{"b64":"{{Base64}}"},"key":"1"},{"b64":"%"},{"x":1}]}""";

        HttpResult http = await SendAsync(function, LambdaEvents.HttpApiText("POST", "/", body));

        JsonElement results = http.ReadJson().GetProperty("results");
        Assert.Equal(
            ["result", "result", "error", "error"],
            results.EnumerateArray().Select(result => result.EnumerateObject().Last().Name));
        Assert.Equal([Photo, Photo], _seen);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZIP")]
    [InlineData("deflate")]
    public async Task Post_CompressedFile_IsDecompressed(string encoding)
    {
        await using InMemoryFunction function = await StartAsync();

        HttpResult http = await SendAsync(function, Compressed(encoding, Photo));

        Assert.Equal(200, http.Status);
        Assert.Equal(Photo, Assert.Single(_seen));
    }

    [Fact]
    public async Task Post_CompressedForm_IsDecompressedFirst()
    {
        await using InMemoryFunction function = await StartAsync();

        HttpResult http = await SendAsync(function, Compressed("gzip", Form(("file", "a.jpg", Photo)), FormType));

        Assert.Equal(200, http.Status);
        Assert.Equal(Photo, Assert.Single(_seen));
    }

    [Fact]
    public async Task Post_HeaderSaysGzipButBodyIsPlain_IsTheBodyItself()
    {
        await using InMemoryFunction function = await StartAsync(acceptsText: true);

        HttpResult http = await SendAsync(
            function, WithHeader(LambdaEvents.HttpApi("POST", "/", "plain"u8.ToArray()), "Content-Encoding", "gzip"));

        Assert.Equal(200, http.Status);
        Assert.Equal("plain"u8.ToArray(), Assert.Single(_seen));
    }

    [Fact]
    public async Task Post_CompressedBodyOverTheLimit_Answers413WithoutInflatingItAll()
    {
        await using InMemoryFunction function = await StartAsync(configure: options => options.MaxInflatedBytes = 100_000);
        byte[] bomb = new byte[50_000_000];
        string payload = Compressed("gzip", bomb);
        long before = GC.GetAllocatedBytesForCurrentThread();

        HttpResult http = await SendAsync(function, payload);

        Assert.Equal(413, http.Status);
        Assert.Contains("100,000", http.Text, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Theory]
    [InlineData("br", 415, "Content-Encoding is not supported")]
    [InlineData("zstd", 415, "Content-Encoding is not supported")]
    [InlineData("gzip, gzip", 415, "Content-Encoding is not supported")]
    [InlineData("gzip", 400, "does not have the compressed format")]
    public async Task Post_BodyThatCannotBeDecompressed_IsRefused(string encoding, int status, string expected)
    {
        await using InMemoryFunction function = await StartAsync();
        string payload = WithHeader(
            LambdaEvents.HttpApi("POST", "/", new byte[] { 0x1F, 0x8B, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8 }), "content-encoding", encoding);

        HttpResult http = await SendAsync(function, payload);

        Assert.Equal(status, http.Status);
        Assert.Contains(expected, http.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Post_TruncatedCompressedBody_IsRefused(string encoding)
    {
        await using InMemoryFunction function = await StartAsync(acceptsText: true);
        byte[] compressed = Compress(encoding, Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 1000))));
        ReadOnlyMemory<byte> truncated = compressed.AsMemory(0, compressed.Length - 200);
        string payload = WithHeader(LambdaEvents.HttpApi("POST", "/", truncated), "content-encoding", encoding);

        Assert.Equal(400, (await SendAsync(function, payload)).Status);
    }

    [Fact]
    public async Task Post_FormsThatCannotBeUsed_SayWhy()
    {
        await using InMemoryFunction function = await StartAsync(configure: options => options.MaxInputs = 2);

        await AssertAsync(400, "The form contains no file", Form(("note", null, "text"u8.ToArray())));
        await AssertAsync(400, "no file was chosen", Form(("file", "", [])));
        await AssertAsync(400, "ends before its content", "--xyz\r\nContent-Disposition: form-data; name=a"u8.ToArray());
        await AssertAsync(400, "is missing at its beginning or at its end", Form(("file", "a.jpg", Photo))[..^8]);
        await AssertAsync(413, "3 inputs; at most 2", Form(("a", "a", Photo), ("b", "b", Photo), ("c", "c", Photo)));
        await AssertAsync(400, "names no boundary", Form(("file", "a.jpg", Photo)), "multipart/form-data");
        await AssertAsync(415, "not multipart/form-data", Form(("file", "a.jpg", Photo)), "multipart/mixed; boundary=xyz");

        async Task AssertAsync(int status, string expected, byte[] form, string type = FormType)
        {
            HttpResult http = await SendAsync(function, LambdaEvents.HttpApi("POST", "/", form, type));

            Assert.Equal(status, http.Status);
            Assert.Contains(expected, http.ReadJson().GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Post_FieldWithADataUrl_IsAFile()
    {
        await using InMemoryFunction function = await StartAsync();
        byte[] form = Form(("image", null, Encoding.ASCII.GetBytes("data:image/jpeg;base64," + Base64)), ("n", null, "5"u8.ToArray()));

        HttpResult http = await SendAsync(function, LambdaEvents.HttpApi("POST", "/", form, FormType));

        Assert.Equal(200, http.Status);
        Assert.Equal(Photo, Assert.Single(_seen));
    }

    public static TheoryData<string, string, int, string> Mistakes => new()
    {
        { "a.jpg", "text/plain", 415, "the name of a file" },
        { "{\"s3\":\"s3://photos/a.jpg\"}", "application/json", 422, "does not allow such references" },
        { "{\"bucket\":\"photos\",\"key\":\"a.jpg\"}", "application/json", 422, "does not allow such references" },
        { "{\"url\":\"https://example.com/a\"}", "application/json", 422, "does not allow such references" },
        { "https://example.com/a.jpg", "text/plain", 422, "The body is an address" },
        { "{\"image\":\"a.jpg\"}", "application/json", 400, "neither a data URL" },
        { "{\"picture\":\"x\"}", "application/json", 415, "the model needs a file" },
        { "{\"picture\":}", "application/json", 400, "not valid JSON" },
        { "data:image/svg+xml,%3Csvg%3E", "text/plain", 400, "its content is not in base64" },
        { "<!DOCTYPE html>", "text/html", 415, "HTML or XML" },
        { "image=abc&x=1", "application/x-www-form-urlencoded", 415, "--data-binary @FILE" },
        { "nothing in particular", "text/plain", 415, "No image." },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task Post_CommonMistake_IsNamedInTheAnswer(string body, string contentType, int status, string expected)
    {
        await using InMemoryFunction function = await StartAsync();

        HttpResult http = await SendAsync(function, LambdaEvents.HttpApiText("POST", "/", body, contentType));

        Assert.Equal(status, http.Status);
        Assert.Contains(expected, http.ReadJson().GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false, "binary media types")]
    [InlineData(true, false, "binary media types")]
    [InlineData(false, true, "says that it is text")]
    public async Task Post_BytesThatWerePassedAsText_AreExplained(bool asForm, bool httpApi, string expected)
    {
        await using InMemoryFunction function = await StartAsync();
        byte[] body = asForm ? Form(("file", "a.jpg", Photo)) : Photo;
        string type = asForm ? FormType : "image/jpeg";
        string damaged = JsonSerializer.Serialize(Encoding.UTF8.GetString(body));
        string payload = httpApi
            ? LambdaEvents.HttpApiText("POST", "/", Encoding.UTF8.GetString(body), type)
            : $$"""
              {"resource":"/","path":"/","httpMethod":"POST","headers":{"Content-Type":{{JsonSerializer.Serialize(type)}}},
              "requestContext":{"stage":"prod"},"body":{{damaged}},"isBase64Encoded":false}
              """;

        HttpResult http = await SendAsync(function, payload);

        Assert.Equal(415, http.Status);
        Assert.Contains(expected, http.ReadJson().GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private const string FormType = "multipart/form-data; boundary=\"xyz\"";

    private static byte[] Form(params (string Name, string? FileName, byte[] Content)[] parts)
    {
        using var form = new MemoryStream();
        foreach ((string name, string? fileName, byte[] content) in parts)
        {
            string file = fileName is null ? string.Empty : $"; filename=\"{fileName}\"\r\nContent-Type: application/octet-stream";
            form.Write(Encoding.UTF8.GetBytes($"--xyz\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n"));
            form.Write(content);
            form.Write("\r\n"u8);
        }

        form.Write("--xyz--\r\n"u8);
        return form.ToArray();
    }

    private static string Compressed(string encoding, byte[] body, string contentType = "image/jpeg") => WithHeader(
        LambdaEvents.HttpApi("POST", "/", Compress(encoding, body), contentType), "Content-Encoding", encoding);

    private static byte[] Compress(string encoding, byte[] body)
    {
        using var output = new MemoryStream();
        using (Stream stream = encoding == "deflate"
            ? new ZLibStream(output, CompressionLevel.Fastest)
            : new GZipStream(output, CompressionLevel.Fastest))
        {
            stream.Write(body);
        }

        return output.ToArray();
    }

    private static string WithHeader(string payload, string name, string value) =>
        payload.Replace("\"headers\":{", $"\"headers\":{{\"{name}\":\"{value}\",", StringComparison.Ordinal);

    private static async Task<HttpResult> SendAsync(InMemoryFunction function, string payload) =>
        (await function.InvokeAsync(payload, Token)).ReadHttp();

    private Task<InMemoryFunction> StartAsync(
        bool acceptsText = false, MemorySink? sink = null, Action<HttpInputOptions>? configure = null) => InMemoryFunction.StartAsync(
        builder =>
        {
            builder.LogOutput = () => Stream.Null;
            builder.AddFakeModel("shapes", (input, _) =>
            {
                if (!acceptsText && input.Span is not [0xFF, 0xD8, ..] and not [0x89, ..])
                {
                    throw new InvalidInputException(InvalidInputKind.UnsupportedFormat, "No image.");
                }

                _seen.Add(input.ToArray());
                return ValueTask.FromResult(new Answer("photo", input.Length));
            });
            builder.MapHttp("shapes", "/", sink is null ? null : results => results.To(_ => sink), configure);
        },
        cancellationToken: Token);
}
