using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Models.Archives;
using ServerlessInference.Tests.Models.Transfer;

namespace ServerlessInference.Tests.Models.Http;

/// <summary>Loads models from a server into a session of ONNX Runtime.</summary>
public sealed class RemoteSessionTests
{
    [Theory]
    [InlineData("model.onnx", false)]
    [InlineData("model.onnx#memory=true", true)]
    [InlineData("model.tar.gz", false)]
    [InlineData("model.tar.gz#memory=true&entry=model.onnx", true)]
    [InlineData("model.zip#memory=true", true)]
    public async Task AcquireAsync_RemoteModel_CreatesSession(string name, bool inMemory)
    {
        Assert.SkipWhen(inMemory && !OperatingSystem.IsLinux(), "memory files exist on Linux only");
        using var store = new TemporaryStore();
        await using var server = new FileServer();
        server.Files["model.onnx"] = (TinyModel.Bytes, "\"1\"");
        server.Files["model.tar.gz"] = (ArchiveBuilder.Gzip(ArchiveBuilder.Tar(("./model.onnx", TinyModel.Bytes))), "\"2\"");
        server.Files["model.zip"] = (ArchiveBuilder.Zip(("model.onnx", TinyModel.Bytes)), "\"3\"");
        var services = new ServiceCollection();
        services.Configure<ModelStoreOptions>(options => options.Root = store.Options.Root);
        services.AddServerlessInference().AddModel("m", model => model.From(source => source.Http(server.Address(name))));
        await using ServiceProvider provider = services.BuildServiceProvider();
        using ModelLease lease =
            await provider.GetRequiredService<IModelRegistry>().AcquireAsync("m", TestContext.Current.CancellationToken);

        Assert.Equal("x", Assert.Single(lease.Model.Description.Inputs).Name);
        Assert.Equal(inMemory, !Directory.Exists(store.Options.Root));
    }
}
