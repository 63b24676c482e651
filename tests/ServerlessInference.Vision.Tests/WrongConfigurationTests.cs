using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Sessions;

namespace ServerlessInference.Vision.Tests;

/// <summary>Preprocessing settings next to a model that can never be right: they fail the load, not each request.</summary>
public sealed class WrongConfigurationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("configuration-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(
        """{"image_processor_type":"BitImageProcessor","size":{"height":-1,"width":-1},"crop_size":{"height":-1,"width":-1}}""")]
    [InlineData("""{"image_processor_type":"ViTImageProcessor","size":{"height":-1,"width":-1}}""")]
    [InlineData("""{"image_processor_type":"ViTImageProcessor","size":{"height":0,"width":0}}""")]
    [InlineData("""{"image_processor_type":"ViTImageProcessor","size":100000}""")]
    [InlineData("""{"image_processor_type":"ViTImageProcessor","size":{"height":60000,"width":60000}}""")]
    [InlineData("""{"image_processor_type":"ViTImageProcessor","size":64,"image_std":[0.5,0,0.5]}""")]
    [InlineData("""{"image_processor_type":"ViTImageProcessor","size":64,"image_mean":["a",0,0.5]}""")]
    [InlineData("""{"image_processor_type":"ViTImageProcessor","size":64,"rescale_factor":0}""")]
    [InlineData("""{"image_processor_type":"ViTImageProcessor","size":64,"rescale_factor":-1}""")]
    public async Task Acquire_PreprocessingThatCannotBeRight_FailsTheLoad(string configuration)
    {
        File.Copy(Path.Combine(Repository.DemoModel, "model.onnx"), Path.Combine(_folder, "model.onnx"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "preprocessor_config.json"), configuration, Token);
        await using ServiceProvider services = CreateServices();

        await Assert.ThrowsAsync<ModelLoadException>(
            async () => await services.GetRequiredService<IModelRegistry>().AcquireAsync("shapes", Token));
    }

    [Fact]
    public async Task Acquire_NegativeSize_SaysWhatIsWrong()
    {
        File.Copy(Path.Combine(Repository.DemoModel, "model.onnx"), Path.Combine(_folder, "model.onnx"));
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "preprocessor_config.json"),
            """{"image_processor_type":"ViTImageProcessor","size":64,"image_std":[0,0,0]}""",
            Token);
        await using ServiceProvider services = CreateServices();

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(
            async () => await services.GetRequiredService<IModelRegistry>().AcquireAsync("shapes", Token));

        Assert.Contains("each value must be a finite number other than 0", error.Message, StringComparison.Ordinal);
        Assert.Contains("preprocessor_config.json", error.Message, StringComparison.Ordinal);
    }

    private ServiceProvider CreateServices()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("shapes", model => model.FromFileSystem(_folder).UseImageClassification());
        return services.BuildServiceProvider();
    }
}
