using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ServerlessInference.ParameterStore.Tests;
using ServerlessInference.S3.Tests;
using ServerlessInference.Samples.Tests.Support;

namespace ServerlessInference.Samples.Tests;

/// <summary>The model is on EFS or else in S3; a parameter names it; EventBridge keeps the function warm.</summary>
public sealed class ObjectDetectionTests(S3Server s3) : IClassFixture<S3Server>
{
    private const string Parameter = "/detection/model";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Model => Repository.Model("shapes-detector");

    [Fact]
    public async Task Post_AScene_IsAnsweredFromTheMountWhereItHasTheModel()
    {
        s3.Require();
        using var mount = new TemporaryFolder();
        Directory.CreateDirectory(mount["models", "detector", "v1"]);
        File.Copy(Path.Combine(Model, "model.onnx"), mount["models", "detector", "v1", "model.onnx"]);
        await using ParameterServer parameters = Parameters("v1");
        await using RunningFunction function = await StartAsync(parameters, mount.Path);

        JsonElement answer = await DetectAsync(function);

        Assert.StartsWith("efs:", answer.GetProperty("model").GetProperty("source").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(answer.GetProperty("result").GetProperty("detections").EnumerateArray());
    }

    [Fact]
    public async Task Post_MountUnavailable_IsAnsweredFromS3()
    {
        s3.Require();
        await PutModelAsync("v1");
        await using ParameterServer parameters = Parameters("v1");
        await using RunningFunction function = await StartAsync(parameters, "/nowhere/at/all");

        JsonElement answer = await DetectAsync(function);

        Assert.Equal($"s3://{s3.Bucket}/models/detector/v1/", answer.GetProperty("model").GetProperty("source").GetString());
    }

    [Fact]
    public async Task Post_TheParameterChangesWhileTheFunctionRuns_TheNewModelAnswers()
    {
        s3.Require();
        await PutModelAsync("v1");
        await PutModelAsync("v2");
        await using ParameterServer parameters = Parameters("v1");
        await using RunningFunction function = await StartAsync(parameters, "/nowhere/at/all");
        JsonElement first = await DetectAsync(function);

        parameters.Values[Parameter] = Location("v2");

        Assert.EndsWith("/v1/", first.GetProperty("model").GetProperty("source").GetString(), StringComparison.Ordinal);
        await Eventually.HoldsAsync(async () =>
            (await DetectAsync(function)).GetProperty("model").GetProperty("source").GetString()!
                .EndsWith("/v2/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Schedule_TheEventNamesBucketAndPath_WarmsTheFunctionUp()
    {
        s3.Require();
        await PutModelAsync("v1");
        await using ParameterServer parameters = Parameters("v1");
        await using RunningFunction function = await StartAsync(parameters, "/nowhere/at/all");

        JsonElement answer = await function.InvokeAsync(
            """{"source":"aws.events","detail-type":"Scheduled Event","detail":""" +
            $$$"""{"bucket":"{{{s3.Bucket}}}","path":"models/detector/v1/"}}""");

        Assert.True(answer.GetProperty("warmup").GetBoolean(), answer.ToString());
        Assert.NotEmpty(answer.GetProperty("models").EnumerateArray());
    }

    [Theory]
    [InlineData("models/detector/v2/", true)]
    [InlineData("others/detector/v2/", false)]
    public async Task Schedule_TheEventNamesAnotherModel_IsFetchedInAdvanceWhereThatIsAllowed(string path, bool allowed)
    {
        s3.Require();
        await PutModelAsync("v1");
        await PutModelAsync("v2");
        await using ParameterServer parameters = Parameters("v1");
        await using RunningFunction function = await StartAsync(parameters, mount: null);

        (JsonElement answer, bool failed) = await function.TryInvokeAsync(Encoding.UTF8.GetBytes(
            """{"source":"aws.events","detail-type":"Scheduled Event","detail":""" +
            $$$"""{"bucket":"{{{s3.Bucket}}}","path":"{{{path}}}"}}"""));

        Assert.Equal(allowed, !failed);
        if (allowed)
        {
            Assert.Equal(Location("v2"), answer.GetProperty("stored").GetProperty("location").GetString());
            string? current = (await DetectAsync(function)).GetProperty("model").GetProperty("source").GetString();
            Assert.Equal(Location("v1"), current); // an event never decides which model answers
        }
    }

    private static async Task<JsonElement> DetectAsync(RunningFunction function)
    {
        using var content = new ByteArrayContent(
            await File.ReadAllBytesAsync(Path.Combine(Model, "samples", "scene-01.jpg"), Cancellation));
        content.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        using HttpResponseMessage response = await function.Client.PostAsync("/", content, Cancellation);
        string text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}: {text}\n{function.Log}");
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private string Location(string version) => $"s3://{s3.Bucket}/models/detector/{version}/";

    private ParameterServer Parameters(string version)
    {
        var server = new ParameterServer(S3Server.Region, S3Server.AccessKey, S3Server.SecretKey, null);
        server.Values[Parameter] = Location(version);
        return server;
    }

    private async Task<RunningFunction> StartAsync(ParameterServer parameters, string? mount) => await RunningFunction.StartAsync(
        "ObjectDetection",
        new Dictionary<string, string?>(s3.Variables())
        {
            ["AWS_ENDPOINT_URL_SSM"] = parameters.Environment["AWS_ENDPOINT_URL_SSM"],
            ["MODEL_PARAMETER"] = Parameter,
            ["MODEL_LOCATIONS"] = $"s3://{s3.Bucket}/models/",
            ["MODEL_CHECK_SECONDS"] = "1",
            ["MODELS_MOUNT"] = mount,
        });

    private async Task PutModelAsync(string version) =>
        await s3.PutAsync(
            $"models/detector/{version}/model.onnx", await File.ReadAllBytesAsync(Path.Combine(Model, "model.onnx"), Cancellation));
}
