using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Pipelines;
using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.Commands;

/// <summary>The commands that try models and images, on the demo model.</summary>
public sealed class ModelCommandTests
{
    private static readonly string Model = Repository.DemoModel;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Inspect_Folder_SaysVersionsInputsOutputsAndTask()
    {
        var run = await ToolRun.RunAsync("inspect", Model);

        Assert.Equal(0, run.ExitCode);
        var document = Assert.Single(run.Documents);
        CliDocs.AssertFits("inspect", document);
        Assert.Equal(13, document.GetProperty("opset").GetInt32());
        Assert.Equal("""["batch",3,64,64]""", document.GetProperty("inputs")[0].GetProperty("shape").GetRawText());
        Assert.Equal("float32", document.GetProperty("outputs")[0].GetProperty("dtype").GetString());
        Assert.Equal("image-classification", document.GetProperty("task").GetString());
        Assert.Equal(
            [
                ("labels", "labels.txt"),
                ("output", "it has as many classes as there are labels"),
                ("scores", "outputs without an activation are logits"),
                ("preprocessing", "preprocessor_config.json"),
            ],
            Decisions(document).Select(decision => (decision[0], decision[2])));
    }

    [Fact]
    public async Task Inspect_Detector_SaysHeadAndLetterbox()
    {
        var run = await ToolRun.RunAsync("inspect", Repository.Model("shapes-detector"));

        CliDocs.AssertFits("inspect", run.Documents[0]);
        Assert.Equal("object-detection", run.Documents[0].GetProperty("task").GetString());
        Assert.Equal(["head", "labels", "output", "preprocessing"], Decisions(run.Documents[0]).Select(decision => decision[0]).Order());
    }

    [Fact]
    public async Task Inspect_Table_ShowsTheDecisions()
    {
        var run = await ToolRun.RunAsync("inspect", Model, "--format", "table");

        Assert.Contains("softmax (outputs without an activation are logits)", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classify_ScoresNone_GivesTheOutputs()
    {
        var run = await ToolRun.RunAsync("classify", Model, Path.Combine(Model, "samples", "star-256x256.jpg"), "--scores", "none");

        Assert.Equal("star", run.Documents[0].GetProperty("top")[0].GetProperty("label").GetString());
        Assert.True(run.Documents[0].GetProperty("top")[0].GetProperty("score").GetSingle() > 1);
    }

    [Fact]
    public async Task Classify_OutputThatDoesNotExist_IsRefused()
    {
        var run = await ToolRun.RunAsync("classify", Model, Path.Combine(Model, "samples", "star-256x256.jpg"), "--output", "other");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("has no output 'other'", Message(run.Documents[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classify_MeanStdAndFilter_ChangeTheTensor()
    {
        string image = Path.Combine(Model, "samples", "star-256x256.jpg");

        var plain = await ToolRun.RunAsync("classify", Model, image, "--scores", "none");
        var changed = await ToolRun.RunAsync(
            "classify", Model, image, "--scores", "none", "--mean", "0.9,0.9,0.9", "--std", "0.1,0.1,0.1", "--filter", "nearest");

        Assert.Equal(0, changed.ExitCode);
        Assert.NotEqual(
            plain.Documents[0].GetProperty("top")[0].GetProperty("score").GetSingle(),
            changed.Documents[0].GetProperty("top")[0].GetProperty("score").GetSingle());
    }

    [Fact]
    public async Task Detect_HeadOfAnotherModel_IsRefused()
    {
        string model = Repository.Model("shapes-detector");

        var run = await ToolRun.RunAsync("detect", model, Path.Combine(model, "samples", "scene-00.png"), "--head", "endtoend");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("not end-to-end", Message(run.Documents[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_TruncatedModel_FailsWithSizeAndReason()
    {
        using var file = new TemporaryFile("model.onnx", File.ReadAllBytes(Path.Combine(Model, "model.onnx")).AsSpan(0, 100_000));

        var run = await ToolRun.RunAsync("inspect", file.Path);

        Assert.Equal(1, run.ExitCode);
        CliDocs.AssertFits("inspect", run.Documents[0]);
        Assert.Contains("100,000 bytes", Message(run.Documents[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_NoSuchFile_FailsWithThePath()
    {
        var run = await ToolRun.RunAsync("inspect", "/no/such/model.onnx");

        Assert.Equal(1, run.ExitCode);
        CliDocs.AssertFits("inspect", run.Documents[0]);
        Assert.Contains("/no/such/model.onnx does not exist", Message(run.Documents[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_NestedArrays_GivesNamedTensors()
    {
        var pixels = string.Join(",", Enumerable.Repeat("0", 3 * 64 * 64));

        var run = await ToolRun.RunAsync($$$"""{"input":{"shape":[1,3,64,64],"data":[{{{pixels}}}]}}""", ["predict", Model]);

        Assert.Equal(0, run.ExitCode);
        var document = Assert.Single(run.Documents);
        CliDocs.AssertFits("predict", document);
        var logits = document.GetProperty("outputs").GetProperty("logits");
        Assert.Equal("[1,10]", logits.GetProperty("shape").GetRawText());
        Assert.Equal(10, logits.GetProperty("data").GetArrayLength());
    }

    [Theory]
    [InlineData("""{"other":[1]}""", "has no input 'other'")]
    [InlineData("""{"input":[[1,2],[3]]}""", "different lengths")]
    [InlineData("""{"input":["a"]}""", "does not accept what was given")]
    [InlineData("""[1]""", "an object with the names of the model's inputs")]
    [InlineData("""{}""", "'input' float32 [batch, 3, 64, 64]")]
    [InlineData("""{"input":[1]}""", "it was filled with [1]")]
    public async Task Predict_WrongInput_SaysWhatWasExpected(string input, string expected)
    {
        var run = await ToolRun.RunAsync(input, ["predict", Model]);

        Assert.Equal(1, run.ExitCode);
        CliDocs.AssertFits("predict", run.Documents[0]);
        Assert.Contains(expected, Message(run.Documents[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classify_ImagesAndAnotherFile_AnswersEachAndExitsWith1()
    {
        var run = await ToolRun.RunAsync(
            "classify",
            Model,
            Path.Combine(Model, "samples", "star-256x256.jpg"),
            Path.Combine(Model, "README.md"),
            Path.Combine(Model, "samples", "dots-150x200.png"),
            "--top",
            "2");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(3, run.Documents.Count);
        Assert.All(run.Documents, document => CliDocs.AssertFits("classify", document));
        Assert.Equal("star", run.Documents[0].GetProperty("top")[0].GetProperty("label").GetString());
        Assert.Equal(2, run.Documents[0].GetProperty("top").GetArrayLength());
        Assert.Contains("not an image in a known format", Message(run.Documents[1]), StringComparison.Ordinal);
        Assert.Equal("dots", run.Documents[2].GetProperty("top")[0].GetProperty("label").GetString());
    }

    [Fact]
    public async Task Classify_LabelsFromAFile_NamesThem()
    {
        using var labels = new TemporaryFile("names", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n"u8);

        var run = await ToolRun.RunAsync(
            "classify",
            Model,
            Path.Combine(Model, "samples", "star-256x256.jpg"),
            "--labels",
            labels.Path,
            "--resize",
            "64",
            "--crop",
            "64");

        Assert.Equal("e", run.Documents[0].GetProperty("top")[0].GetProperty("label").GetString());
    }

    [Fact]
    public async Task Classify_LabelsOfAnotherModel_AreRefused()
    {
        using var labels = new TemporaryFile("names", "a\nb\n"u8);

        var run = await ToolRun.RunAsync("classify", Model, Path.Combine(Model, "samples", "star-256x256.jpg"), "--labels", labels.Path);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("10 classes, but there are 2 labels", Message(run.Documents[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classify_Table_ShowsPeopleTheBestLabel()
    {
        var run = await ToolRun.RunAsync("classify", Model, Path.Combine(Model, "samples", "star-256x256.jpg"), "--format", "table");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("FILE", run.Output, StringComparison.Ordinal);
        Assert.Contains("  star ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Detect_Image_GivesTheJsonOfAFunction()
    {
        string model = Repository.Model("shapes-detector");
        string image = Path.Combine(model, "samples", "scene-00.png");
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("scene", builder => builder.FromFileSystem(model).UseObjectDetection());
        await using ServiceProvider provider = services.BuildServiceProvider();
        var pipeline = provider.GetRequiredKeyedService<IEncodedPipeline>("scene");
        InferenceResult result = (await pipeline.RunAsync([await File.ReadAllBytesAsync(image, Cancellation)], Cancellation)).Single();
        var expected = new ArrayBufferWriter<byte>();
        await using (var writer = new Utf8JsonWriter(expected))
        {
            pipeline.WriteValue(result, writer);
        }

        var run = await ToolRun.RunAsync("detect", model, image);

        CliDocs.AssertFits("detect", run.Documents[0]);
        JsonObject document = JsonObject.Create(run.Documents[0])!;
        document.Remove("file");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected.WrittenSpan), document), document.ToJsonString());
    }

    [Theory]
    [InlineData("--top", "0")]
    [InlineData("--crop", "-1")]
    [InlineData("--unknown", "1")]
    public async Task Classify_WrongOption_IsWrongUsage(string option, string value)
    {
        var run = await ToolRun.RunAsync("classify", Model, "a.jpg", option, value);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task ImageDecode_Png_GivesSizeAndDigest()
    {
        var run = await ToolRun.RunAsync("image", "decode", Path.Combine(Model, "samples", "dots-150x200.png"));

        Assert.Equal(0, run.ExitCode);
        CliDocs.AssertFits("image decode", run.Documents[0]);
        Assert.Equal(150, run.Documents[0].GetProperty("width").GetInt32());
        Assert.Equal(64, run.Documents[0].GetProperty("sha256").GetString()!.Length);
    }

    [Fact]
    public async Task ImageTensor_Defaults_AreTorchvisions()
    {
        var run = await ToolRun.RunAsync("image", "tensor", Path.Combine(Model, "samples", "dots-150x200.png"));

        Assert.Equal(0, run.ExitCode);
        CliDocs.AssertFits("image tensor", run.Documents[0]);
        Assert.Equal("[1,3,224,224]", run.Documents[0].GetProperty("shape").GetRawText());
        Assert.Equal(16, run.Documents[0].GetProperty("first")[2].GetArrayLength());
    }

    [Fact]
    public async Task ImageTensor_Letterbox_PadsWithGrey()
    {
        var run = await ToolRun.RunAsync("image", "tensor", Path.Combine(Model, "samples", "dots-150x200.png"), "--letterbox", "640");

        Assert.Equal("[1,3,640,640]", run.Documents[0].GetProperty("shape").GetRawText());
        Assert.Equal(114f / 255f, run.Documents[0].GetProperty("first")[0][0].GetSingle());
    }

    private static IEnumerable<string[]> Decisions(JsonElement document) =>
        document.GetProperty("decisions").EnumerateArray().Select(decision => new[]
        {
            decision.GetProperty("subject").GetString()!,
            decision.GetProperty("value").GetString()!,
            decision.GetProperty("origin").GetString()!,
        });

    private static string Message(JsonElement document) => document.GetProperty("error").GetProperty("message").GetString()!;
}
