using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessInference.DynamoDB.Tests;
using ServerlessInference.S3.Tests;
using ServerlessInference.Samples.Tests.Support;
using ServerlessInference.Testing;

namespace ServerlessInference.Samples.Tests;

/// <summary>
/// For a new image in a bucket, labels are written to another bucket or to a table. The model and ONNX Runtime's library come from a third.
/// </summary>
public sealed class ImageClassificationTests(S3Server s3) : IClassFixture<S3Server>
{
    private const string Prefix = "image-classification/";

    private readonly DynamoDbServer _dynamo = new();
    private readonly string _results = "results-" + Guid.NewGuid().ToString("N")[..12];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S3Event_Image_BecomesAJsonDocumentInTheResultsBucket()
    {
        s3.Require();
        using var folder = new TemporaryFolder();
        string program = await SplitAsync(folder);
        await PutPhotoAsync("in/a star.jpg", "star-256x256.jpg");
        await using RunningFunction function = await RunningFunction.StartAsync("ImageClassification", Variables(), [program]);

        await function.InvokeAsync(LambdaEvents.S3Notification(s3.Bucket, "in/a star.jpg"));

        using JsonDocument result = await ReadAsync(_results, "in/a star.jpg.json");
        Assert.Equal("star", result.RootElement.GetProperty("result").GetProperty("top")[0].GetProperty("label").GetString());
        Assert.Equal("in/a star.jpg", result.RootElement.GetProperty("source").GetProperty("key").GetString());
    }

    [Fact]
    public async Task S3Event_FileIsNotAnImage_BecomesAnErrorAndTheOthersAreAnswered()
    {
        s3.Require();
        using var folder = new TemporaryFolder();
        string program = await SplitAsync(folder);
        await PutPhotoAsync("ring.jpg", "ring-300x200.jpg");
        await s3.PutAsync("notes.jpg", "no image"u8.ToArray());
        await using RunningFunction function = await RunningFunction.StartAsync("ImageClassification", Variables(), [program]);

        await function.InvokeAsync(LambdaEvents.S3Notification(s3.Bucket, "notes.jpg", "ring.jpg"));

        using JsonDocument refused = await ReadAsync(_results, "notes.jpg.json");
        using JsonDocument answered = await ReadAsync(_results, "ring.jpg.json");
        Assert.True(refused.RootElement.TryGetProperty("error", out _), refused.RootElement.ToString());
        Assert.Equal("ring", answered.RootElement.GetProperty("result").GetProperty("top")[0].GetProperty("label").GetString());
    }

    [Fact]
    public async Task S3Event_DeliveredTwice_IsOneItemOfTheTable()
    {
        s3.Require();
        _dynamo.Require();
        using var folder = new TemporaryFolder();
        string program = await SplitAsync(folder);
        await PutPhotoAsync("cross.png", "cross-96x160.png");
        string table = await _dynamo.CreateTableAsync();
        Dictionary<string, string?> variables = Variables();
        variables["RESULTS_TABLE"] = table;
        variables["ServerlessInference__DynamoDB__Endpoint"] = Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT");
        await using RunningFunction function = await RunningFunction.StartAsync("ImageClassification", variables, [program]);

        await function.InvokeAsync(LambdaEvents.S3Notification(s3.Bucket, "cross.png"));
        await function.InvokeAsync(LambdaEvents.S3Notification(s3.Bucket, "cross.png"));

        var item = Assert.Single(await _dynamo.ScanAsync(table));
        Assert.Equal("cross.png", item["ImageName"].S);
        Assert.Equal("cross", item["ObjectClass"].S);
        Assert.NotEmpty(item["UUID"].S);
    }

    [Fact]
    public async Task Start_ManifestHasAPointer_TakesTheModelThatIsInItsFolderThen()
    {
        s3.Require();
        using var folder = new TemporaryFolder();
        string program = await SplitAsync(folder);
        string file = folder["dist", "function", "split-package.json"];
        JsonNode manifest = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancellation))!;
        JsonArray archives = manifest["archives"]!.AsArray();
        archives.Remove(archives.Single(archive => (string)archive!["mount"]! == "models/shapes"));
        archives.Add(new JsonObject { ["mount"] = "models/shapes", ["pointer"] = $"s3://{s3.Bucket}/{Prefix}current/" });
        await File.WriteAllTextAsync(file, manifest.ToJsonString(), Cancellation);
        await PutPhotoAsync("star.jpg", "star-256x256.jpg");
        var labels = new List<string?>();

        foreach (string star in (string[])["star", "estrella"])
        {
            await PutModelAsync(star);
            await using RunningFunction function = await RunningFunction.StartAsync("ImageClassification", Variables(), [program]);
            await function.InvokeAsync(LambdaEvents.S3Notification(s3.Bucket, "star.jpg"));
            using JsonDocument result = await ReadAsync(_results, "star.jpg.json");
            labels.Add(result.RootElement.GetProperty("result").GetProperty("top")[0].GetProperty("label").GetString());
        }

        Assert.Equal(["star", "estrella"], labels);
    }

    [Fact]
    public async Task Split_Again_AnEarlierReleaseStillRuns()
    {
        s3.Require();
        using var folder = new TemporaryFolder();
        await SplitAsync(folder);
        string release = folder.Copy(folder["dist", "function"], "release");
        await PutPhotoAsync("star.jpg", "star-256x256.jpg");
        string other = folder.Copy(Repository.DemoModel, "other");
        string labels = await File.ReadAllTextAsync(Path.Combine(other, "labels.txt"), Cancellation);
        await File.WriteAllTextAsync(
            Path.Combine(other, "labels.txt"), labels.Replace("star", "estrella", StringComparison.Ordinal), Cancellation);
        await SplitAsync(folder, other);

        string now = await ClassifyStarAsync(folder["dist", "function"]);
        string before = await ClassifyStarAsync(release);

        Assert.Equal(("estrella", "star"), (now, before));
    }

    [Fact]
    public async Task Start_AnArchiveWasChangedInTheBucket_RefusesToRunIt()
    {
        s3.Require();
        using var folder = new TemporaryFolder();
        string program = await SplitAsync(folder);
        string archive = Directory.GetFiles(folder["dist", "archives"]).First();
        byte[] changed = await File.ReadAllBytesAsync(archive, Cancellation);
        changed[changed.Length / 2] ^= 1;
        await s3.PutAsync(Prefix + Path.GetFileName(archive), changed);
        await PutPhotoAsync("square.png", "square-128x128.png");
        await using RunningFunction function = await RunningFunction.StartAsync("ImageClassification", Variables(), [program]);

        (JsonElement answer, bool failed) = await function.TryInvokeAsync(
            Encoding.UTF8.GetBytes(LambdaEvents.S3Notification(s3.Bucket, "square.png")));

        Assert.True(failed, answer.ToString());
        Assert.Contains(Path.GetFileName(archive), answer.ToString() + function.Log, StringComparison.Ordinal);
    }

    private Dictionary<string, string?> Variables() => new(s3.Variables())
    {
        ["PACKAGE_URI"] = $"s3://{s3.Bucket}/{Prefix}",
        ["PHOTOS_BUCKET"] = s3.Bucket,
        ["RESULTS_BUCKET"] = _results,
    };

    // As the README says: split what was published, upload the archives.
    private async Task<string> SplitAsync(TemporaryFolder folder, string? model = null)
    {
        string root = folder["publish"];
        if (!Directory.Exists(root))
        {
            folder.Copy(Programs.Folder("ImageClassification"), "publish");
            using AmazonS3Client client = s3.Client();
            await client.PutBucketAsync(_results, Cancellation);
        }

        await ToolRun.RunAsync(
            "package", "split", "--root", root, "--model", $"shapes={model ?? Repository.DemoModel}", "--all", "--out", folder["dist"]);
        Assert.Empty(Directory.GetFiles(folder["dist", "function"], "libonnxruntime*", SearchOption.AllDirectories));
        foreach (string archive in Directory.GetFiles(folder["dist", "archives"]))
        {
            await s3.PutAsync(Prefix + Path.GetFileName(archive), await File.ReadAllBytesAsync(archive, Cancellation));
        }

        return folder["dist", "function", "ImageClassification"];
    }

    // Puts the model into the folder that the manifest's pointer names, with a label of its own.
    private async Task PutModelAsync(string star)
    {
        string labels = await File.ReadAllTextAsync(Path.Combine(Repository.DemoModel, "labels.txt"), Cancellation);
        await s3.PutAsync(
            Prefix + "current/labels.txt", Encoding.UTF8.GetBytes(labels.Replace("star", star, StringComparison.Ordinal)));
        foreach (string name in (string[])["model.onnx", "preprocessor_config.json"])
        {
            await s3.PutAsync(
                Prefix + "current/" + name, await File.ReadAllBytesAsync(Path.Combine(Repository.DemoModel, name), Cancellation));
        }
    }

    private async Task<string> ClassifyStarAsync(string release)
    {
        await using RunningFunction function = await RunningFunction.StartAsync(
            "ImageClassification", Variables(), [Path.Combine(release, "ImageClassification")]);
        await function.InvokeAsync(LambdaEvents.S3Notification(s3.Bucket, "star.jpg"));
        using JsonDocument result = await ReadAsync(_results, "star.jpg.json");
        return result.RootElement.GetProperty("result").GetProperty("top")[0].GetProperty("label").GetString()!;
    }

    private async Task PutPhotoAsync(string key, string sample) =>
        await s3.PutAsync(key, await File.ReadAllBytesAsync(Path.Combine(Repository.DemoModel, "samples", sample), Cancellation));

    private async Task<JsonDocument> ReadAsync(string bucket, string key)
    {
        using AmazonS3Client client = s3.Client();
        using GetObjectResponse response = await client.GetObjectAsync(bucket, key, Cancellation);
        return await JsonDocument.ParseAsync(response.ResponseStream, cancellationToken: Cancellation);
    }
}
