using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessInference.S3.Tests;
using ServerlessInference.Samples.Tests.Support;
using ServerlessInference.Testing;

namespace ServerlessInference.Samples.Tests;

/// <summary>Changes of a table arrive through a Kinesis stream, and are scored with a model from a layer under <c>/opt</c>.</summary>
public sealed class StreamScoringTests(S3Server s3) : IClassFixture<S3Server>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Model => Repository.Model("text-scoring");

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    public async Task Kinesis_BatchWithAnInvalidRecord_EveryRecordHasItsResultAndTheShardContinues(int size)
    {
        using var layer = new TemporaryFolder();
        await using RunningFunction function = await StartAsync(layer, Version("one", layer));
        IEnumerable<string> texts = Enumerable.Range(0, size)
            .Select(number => Record($"<p>my parcel {number} has not arrived</p> http://example.com/{number}"));
        string[] records = [.. texts, "not a change record"];

        JsonElement answer = await function.InvokeAsync(LambdaEvents.Kinesis(records.Select(Encoding.UTF8.GetBytes).ToArray()));

        Assert.Empty(answer.GetProperty("batchItemFailures").EnumerateArray());
        List<JsonElement> results = await ResultsAsync();
        Assert.Equal(size, results.Count(result => result.TryGetProperty("result", out _)));
        Assert.Equal(1, results.Count(result => result.TryGetProperty("error", out _)));
        Assert.All(
            results.Where(result => result.TryGetProperty("result", out _)),
            result => Assert.Equal("delivery", result.GetProperty("result").GetProperty("label").GetString()));
    }

    [Fact]
    public async Task Kinesis_AnotherVersionOfTheLayer_IsAnotherModelAndRollingBackWorks()
    {
        using var layer = new TemporaryFolder();
        string one = Version("one", layer), two = Version("two", layer);
        var versions = new List<string>();
        var labels = new List<string>();
        foreach (string version in (string[])[one, two, one])
        {
            await using RunningFunction function = await StartAsync(layer, version);
            await function.InvokeAsync(LambdaEvents.Kinesis(Encoding.UTF8.GetBytes(Record("where is my parcel?"))));
            JsonElement result = (await ResultsAsync()).Single();
            versions.Add(result.GetProperty("model").GetProperty("version").GetString()!);
            labels.Add(result.GetProperty("result").GetProperty("label").GetString()!);
        }

        Assert.Equal(versions[0], versions[2]);
        Assert.NotEqual(versions[0], versions[1]);
        Assert.Equal(["delivery", "DELIVERY", "delivery"], labels);
    }

    [Fact]
    public async Task Kinesis_PublishedRecordShape_IsReadByTheAttributeThatTheTemplateNames()
    {
        using var layer = new TemporaryFolder();
        await using RunningFunction function = await StartAsync(layer, Version("one", layer), attribute: "textblob");

        await function.InvokeAsync(LambdaEvents.Kinesis(Encoding.UTF8.GetBytes(Record("where is my parcel?", "textblob"))));

        Assert.Equal("delivery", (await ResultsAsync()).Single().GetProperty("result").GetProperty("label").GetString());
    }

    [Fact]
    public async Task Kinesis_TextWithoutWordsOrWithVeryMany_IsRefusedOrShortened()
    {
        using var layer = new TemporaryFolder();
        await using RunningFunction function = await StartAsync(layer, Version("one", layer));
        string longText = string.Concat(Enumerable.Repeat("my parcel has not arrived ", 50_000));

        await function.InvokeAsync(LambdaEvents.Kinesis(
            Encoding.UTF8.GetBytes(Record("<br/> 4711 !")), Encoding.UTF8.GetBytes(Record(longText))));

        List<JsonElement> results = await ResultsAsync();
        Assert.Contains("no words", results.Single(result => result.TryGetProperty("error", out _)).ToString(), StringComparison.Ordinal);
        Assert.Equal(
            "delivery",
            results.Single(result => result.TryGetProperty("result", out _)).GetProperty("result").GetProperty("label").GetString());
    }

    // The published peak. It takes minutes, so it runs only where it is asked for by its name (-explicit on).
    [Fact(Explicit = true)]
    public async Task Kinesis_PeakOf50000Records_EachHasOneResult()
    {
        const int batches = 500, size = 100;
        using var layer = new TemporaryFolder();
        await using RunningFunction function = await StartAsync(layer, Version("one", layer));
        int results = 0, objects = 0;
        for (int batch = 0; batch < batches; batch++)
        {
            byte[][] records =
            [
                .. Enumerable.Range(batch * size, size)
                    .Select(number => Encoding.UTF8.GetBytes(Record($"where is my parcel {number}?"))),
            ];
            string payload = LambdaEvents.Kinesis(records)
                .Replace("\"sequenceNumber\":\"", $"\"sequenceNumber\":\"{batch}-", StringComparison.Ordinal);

            JsonElement answer = await function.InvokeAsync(payload);

            Assert.Empty(answer.GetProperty("batchItemFailures").EnumerateArray());
            if (batch % 50 == 49)
            {
                objects += await CountAsync();
                results += (await ResultsAsync()).Count(result => result.TryGetProperty("result", out _));
            }
        }

        Assert.Equal(batches * size, results);
        TestContext.Current.TestOutputHelper?.WriteLine($"{results} results in {objects} objects");
    }

    private async Task<int> CountAsync()
    {
        using AmazonS3Client client = s3.Client();
        return (await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = s3.Bucket }, Cancellation)).S3Objects.Count;
    }

    private static string Record(string text, string attribute = "text") => new JsonObject
    {
        ["eventName"] = "INSERT",
        ["tableName"] = "texts",
        ["dynamodb"] = new JsonObject { ["NewImage"] = new JsonObject { [attribute] = new JsonObject { ["S"] = text } } },
    }.ToJsonString();

    // A layer as Lambda unpacks it: text-scoring/model.onnx. The second version says "DELIVERY" where the first says "delivery".
    private static string Version(string name, TemporaryFolder folder)
    {
        string root = folder[name];
        Directory.CreateDirectory(Path.Combine(root, "text-scoring"));
        byte[] model = File.ReadAllBytes(Path.Combine(Model, "model.onnx"));
        for (int at = 0; name != "one" && (at = model.AsSpan().IndexOf("delivery"u8)) >= 0;)
        {
            "DELIVERY"u8.CopyTo(model.AsSpan(at));
        }

        // Size and time distinguish the versions of a mounted file, and both files are written within one tick of the file system's clock.
        string file = Path.Combine(root, "text-scoring", "model.onnx");
        File.WriteAllBytes(file, model);
        File.SetLastWriteTimeUtc(file, new DateTime(2026, 1, name == "one" ? 1 : 2, 0, 0, 0, DateTimeKind.Utc));
        return root;
    }

    // Layers are under /opt, here in a separate mount namespace for the function.
    private async Task<RunningFunction> StartAsync(TemporaryFolder folder, string layer, string attribute = "text")
    {
        s3.Require();
        Assert.SkipUnless(
            await CanMountAsync(folder.Path),
            "unshare cannot bind a folder to /opt on this machine (it needs root and a kernel that lets it)");
        return await RunningFunction.StartAsync(
            "StreamScoring",
            new Dictionary<string, string?>(s3.Variables()) { ["RESULTS_BUCKET"] = s3.Bucket, ["TEXT_ATTRIBUTE"] = attribute },
            ["unshare", "--mount", "sh", "-c", "mount --bind \"$0\" /opt && exec \"$1\"", layer, Repository.ProgramOf("StreamScoring")]);
    }

    private static async Task<bool> CanMountAsync(string folder)
    {
        try
        {
            using Process? trial = Process.Start(
                new ProcessStartInfo("unshare", ["--mount", "mount", "--bind", folder, "/opt"]) { RedirectStandardError = true });
            await trial!.WaitForExitAsync(Cancellation);
            return trial.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // the system has no unshare
        }
    }

    // Returns all results, and empties the bucket, so that the next call returns only new ones.
    private async Task<List<JsonElement>> ResultsAsync()
    {
        using AmazonS3Client client = s3.Client();
        var results = new List<JsonElement>();
        ListObjectsV2Response list = await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = s3.Bucket }, Cancellation);
        foreach (S3Object found in list.S3Objects)
        {
            using (GetObjectResponse response = await client.GetObjectAsync(s3.Bucket, found.Key, Cancellation))
            using (var lines = new StreamReader(response.ResponseStream))
            {
                while (await lines.ReadLineAsync(Cancellation) is { } line)
                {
                    using JsonDocument document = JsonDocument.Parse(line);
                    results.Add(document.RootElement.Clone());
                }
            }

            await client.DeleteObjectAsync(s3.Bucket, found.Key, Cancellation);
        }

        return results;
    }
}
