using Amazon.S3;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessInference.Models;

namespace ServerlessInference.S3.Tests;

public sealed class RegistrationTests(S3Server server) : IClassFixture<S3Server>
{
    [Fact]
    public async Task AddS3Models_UriInConfiguration_IsServed()
    {
        server.Require();
        await server.PutAsync("configured/model.onnx", [1, 2, 3]);
        string root = Path.Combine(Path.GetTempPath(), "si-test-" + Guid.NewGuid().ToString("N"));
        var services = new ServiceCollection();
        services.AddSingleton<IAmazonS3>(_ => server.Client());
        services.AddSingleton<IConfiguration>(Configuration(
            ("ServerlessInference:Store:Root", root),
            ("ServerlessInference:Models:m:Sources:0:Uri", $"s3://{server.Bucket}/configured/model.onnx")));
        services.AddServerlessInference().AddS3Models().AddS3Models().AddModel("m", _ => { });
        await using ServiceProvider provider = services.BuildServiceProvider();
        var source = provider.GetRequiredKeyedService<IModelSource>("m");
        using (ModelArtifact artifact = await source.LoadAsync(TestContext.Current.CancellationToken))
        {
            Assert.Equal([1, 2, 3], artifact.GetModelFile().ReadAllBytes().ToArray());
            Assert.StartsWith(root, artifact.GetModelFile().PhysicalPath, StringComparison.Ordinal);
        }

        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public void CreateOptions_ConfigurationCodeAndSource_LaterOnesOverride()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(Configuration(
            ("ServerlessInference:S3:Endpoint", "http://configured"),
            ("ServerlessInference:S3:Transfer:Parallelism", "3"),
            ("ServerlessInference:S3:Transfer:IdleTimeout", "00:00:04"),
            ("ServerlessInference:S3:ForcePathStyle", "true")));
        services.AddServerlessInference().AddS3Models(options => options.Transfer.Parallelism = 4);
        using ServiceProvider provider = services.BuildServiceProvider();
        S3Options options = S3ModelSourceExtensions.CreateOptions(provider, own => own.Region = "eu-central-1");

        Assert.Equal(
            ("http://configured", 4, TimeSpan.FromSeconds(4), true, "eu-central-1", false),
            (
                options.Endpoint,
                options.Transfer.Parallelism,
                options.Transfer.IdleTimeout,
                options.ForcePathStyle,
                options.Region,
                options.RequesterPays));
    }

    [Fact]
    public void CreateOptions_MisspelledSetting_ListsTheKnownOnes()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(Configuration(("ServerlessInference:S3:Endpont", "http://configured")));
        using ServiceProvider provider = services.BuildServiceProvider();

        OptionsValidationException exception = Assert.Throws<OptionsValidationException>(
            () => S3ModelSourceExtensions.CreateOptions(provider, null));

        Assert.Contains(
            "ServerlessInference:S3:Endpont is not a setting. The settings here are Endpoint,", exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Create_PinnedFolder_IsRefused()
    {
        var services = new ServiceCollection();
        services
            .AddServerlessInference()
            .AddModel("m", model => model.From(source => source.S3($"s3://bucket/folder/#sha256={new string('a', 64)}")));
        using ServiceProvider provider = services.BuildServiceProvider();

        ArgumentException exception = Assert.Throws<ArgumentException>(() => provider.GetRequiredKeyedService<IModelSource>("m"));
        Assert.Contains("a SHA-256 pins a single object", exception.Message, StringComparison.Ordinal);
    }

    private static IConfigurationRoot Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value))
            .Build();
}
