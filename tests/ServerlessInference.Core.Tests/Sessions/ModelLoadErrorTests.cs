using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Models;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

public sealed class ModelLoadErrorTests
{
    private static readonly string Version = OrtEnv.Instance().GetVersionString();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Task<ModelLoadException> ErrorAsync(byte[] model) => TestModels.LoadErrorAsync(StubModelSource.Of(model));

    [Fact]
    public async Task Load_NoSuchFile_ListsWhatIsThere()
    {
        ModelLoadException error = await TestModels.LoadErrorAsync(
            StubModelSource.Of(TinyModels.Double()), model => model.Configure(options => options.File = "onnx/model_int8.onnx"));

        Assert.Equal("memory:test has no file 'onnx/model_int8.onnx'; it has 'model.onnx'. Set the option File to one of " +
            "them.", error.Message);
    }

    [Fact]
    public async Task Load_EmptyFile_SaysSo()
    {
        ModelLoadException error = await ErrorAsync([]);

        Assert.Equal("The model 'model.onnx' from memory:test is empty (0 bytes). Upload it again.", error.Message);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1.01)]
    public async Task Load_Truncated_SaysHowManyBytesThereAre(double divisor)
    {
        byte[] model = TinyModels.Classifier();

        ModelLoadException error = await ErrorAsync(model[..(int)(model.Length / divisor)]);

        Assert.StartsWith(
            $"The model 'model.onnx' from memory:test cannot be loaded: its {(int)(model.Length / divisor):N0} bytes are not a valid " +
            "ONNX model; most often it was truncated on its way. Compare its size and digest with the original. " +
            "(", error.Message, StringComparison.Ordinal);
        Assert.IsType<OnnxRuntimeException>(error.InnerException);
    }

    [Fact]
    public async Task Load_SomethingElse_SaysThatItIsNoModel()
    {
        ModelLoadException error = await ErrorAsync("<html>not found</html>"u8.ToArray());

        Assert.Contains("its 22 bytes are not a valid ONNX model", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_PointerOfGitLfs_SaysToPullTheModel()
    {
        ModelLoadException error = await ErrorAsync(
            "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 102400000\n"u8.ToArray());

        Assert.Contains("it is a Git LFS pointer and not the model itself. Run 'git lfs pull'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_TruncatedFileOnDisk_SaysHowManyBytesThereAre()
    {
        using var folder = new TestFolder();
        folder.Write("model.onnx", TinyModels.Classifier()[..40]);

        ModelLoadException error = await TestModels.LoadErrorAsync(new FileSystemModelSource(folder.Path));

        Assert.StartsWith(
            $"The model 'model.onnx' from file:{folder.Path} cannot be loaded: its 40 bytes are not a valid ONNX " +
            "model", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_NewerOpset_SaysToExportWithAnOlderOne()
    {
        ModelLoadException error = await ErrorAsync(new OnnxModelBuilder { Opset = 99 }.With(Simple).Build());

        Assert.Contains(
            $"it uses a newer operator set than ONNX Runtime {Version} supports. Export it with an older opset, or update ONNX Runtime. " +
            "(", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_NewerIrVersion_SaysToExportWithAnOlderOne()
    {
        ModelLoadException error = await ErrorAsync(new OnnxModelBuilder { IrVersion = 99 }.With(Simple).Build());

        Assert.Contains(
            $"it has a newer ONNX format than ONNX Runtime {Version} supports. Export it with an older IR version, or update ONNX " +
            "Runtime. (", error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("com.example")]
    public async Task Load_UnknownOperator_NamesIt(string? domain)
    {
        ModelLoadException error = await ErrorAsync(new OnnxModelBuilder { Domains = ["com.example"] }.With(graph => graph
            .Input("x", TensorElementType.Float, 1).Output("y", TensorElementType.Float, 1).Node(
                "Frobnicate", ["x"], ["y"], domain)).Build());

        Assert.Contains(
            $"it uses an operator that ONNX Runtime {Version} does not have. Register the library with that operator, or export the " +
            "model without it. (",
            error.Message, StringComparison.Ordinal);
        Assert.Contains("Frobnicate", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_OperatorNotForThisType_SaysSo()
    {
        ModelLoadException error = await ErrorAsync(new OnnxModelBuilder().With(graph => graph
            .Input("x", TensorElementType.BFloat16, 1).Output("y", TensorElementType.BFloat16, 1).Node("Erf", ["x"], ["y"])).Build());

        Assert.Contains(
            $"ONNX Runtime {Version} has one of its operators, but not for this element type on this processor. Export the model with " +
            "another type. (",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_ExternalDataMissing_NamesTheFile()
    {
        using var folder = new TestFolder();
        folder.Write("model.onnx", TinyModels.External("model.onnx.data"));

        ModelLoadException error = await TestModels.LoadErrorAsync(new FileSystemModelSource(folder.Path));

        Assert.Contains("model.onnx.data", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            "its weights are in a separate file that is not next to it, or is too short. Deploy the model together with all its files. " +
            "(", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_ExternalDataOfAModelInMemory_SaysThatItMustBeOnDisk()
    {
        var source = new StubModelSource("memory:test", _ => Task.FromResult(new ModelArtifact(
            "memory:test",
            "v1",
            [
                ModelFile.InMemory("model.onnx", TinyModels.External("model.onnx.data")),
                ModelFile.InMemory("model.onnx.data", new byte[16]),
            ])));

        ModelLoadException error = await TestModels.LoadErrorAsync(source);

        Assert.Contains(
            "it is in memory, but its weights are in a separate file, which only works on disk. Prepare it with 'serverless-inference " +
            "optimize', which writes a single file",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_ExternalDataTooShort_SaysSo()
    {
        using var folder = new TestFolder();
        folder.Write("model.onnx", TinyModels.External("model.onnx.data"));
        folder.Write("model.onnx.data", new byte[3]);

        ModelLoadException error = await TestModels.LoadErrorAsync(new FileSystemModelSource(folder.Path));

        Assert.Contains("or is too short", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_SourceThatThrowsSomethingElse_IsALoadErrorWithItsName()
    {
        var cause = new IOException("broken pipe");

        ModelLoadException error = await TestModels.LoadErrorAsync(StubModelSource.Failing("http://models/a", cause));

        Assert.Equal("The model source http://models/a failed: broken pipe", error.Message);
        Assert.Same(cause, error.InnerException);
    }

    [Fact]
    public async Task Load_SourceThatGivesUpByItself_IsALoadErrorAndNoCancellation()
    {
        ModelLoadException error = await TestModels.LoadErrorAsync(
            StubModelSource.Failing("http://models/a", new TaskCanceledException("The request timed out.")));

        Assert.Equal("The model source http://models/a failed: The request timed out.", error.Message);
    }

    [Fact]
    public async Task Load_HungSource_EndsAtLoadTimeout()
    {
        var time = new FakeTimeProvider();
        var answer = new TaskCompletionSource<ModelArtifact>();
        var owner = new Owner();
        StubModelSource source = StubModelSource.Hung("efs:/mnt", answer);
        ServiceCollection services = TestModels.Services(
            "m", source, model => model.Configure(options => options.LoadTimeout = TimeSpan.FromSeconds(30)));
        services.Replace(ServiceDescriptor.Singleton<TimeProvider>(time));
        await using ServiceProvider provider = services.BuildServiceProvider();
        Task acquire = provider.Registry().AcquireAsync("m", Token).AsTask();
        await source.Entered.Task;

        time.Advance(TimeSpan.FromSeconds(30));

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => acquire);
        Assert.Equal("The model 'm' was not loaded within 30 s. Raise the option LoadTimeout, or give its sources " +
            "deadlines.", error.Message);
        Assert.Equal(ServerlessInference.Sessions.ModelState.Failed, provider.Registry().GetStatus("m").State);
        answer.SetResult(StubModelSource.Artifact([1], owner: owner));
        await owner.Disposed;
    }

    [Fact]
    public async Task Load_CancelledToken_IsACancellation()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Double()).BuildServiceProvider();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await services.Registry().AcquireAsync("m", new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Load_SessionFails_DisposesTheArtifact()
    {
        var owner = new Owner();

        await TestModels.LoadErrorAsync(
            new StubModelSource("memory:bad", _ => Task.FromResult(StubModelSource.Artifact([1, 2, 3], owner: owner))));

        Assert.Equal(1, owner.Count);
    }

    private static void Simple(OnnxGraphBuilder graph) => graph
        .Input("x", TensorElementType.Float, 1).Output("y", TensorElementType.Float, 1).Node("Relu", ["x"], ["y"]);
}
