using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Registration;

namespace ServerlessInference.PublicApi.Core;

/// <summary>Adds a protocol and a kind of pointer with what is public, as another package would.</summary>
public sealed class ModelSourcesTests : IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), "si-sources-" + Guid.NewGuid().ToString("N"));
    private readonly TransferLog _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    [Fact]
    public async Task FromRemote_OwnProtocol_UsesStoreAndReportsProgress()
    {
        await using ServiceProvider services = Services();
        IModelSource source = ModelSources.FromRemote(new ShelfModel(), new RemoteModelOptions(), services);

        using ModelArtifact artifact = await source.LoadAsync(Token);

        Assert.Equal("shelf:model.onnx", artifact.Source);
        Assert.StartsWith(_root, artifact.GetModelFile().PhysicalPath, StringComparison.Ordinal);
        Assert.Equal(ShelfModel.Content, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.Equal(ShelfModel.Content.Length, _log.Bytes);
    }

    [Fact]
    public async Task FromPointer_OwnPointer_FindsTheSourceOfItsScheme()
    {
        await using ServiceProvider services = Services();
        IModelSource source = ModelSources.FromPointer(new ShelfPointer(), services);

        using ModelArtifact artifact = await source.LoadAsync(Token);

        Assert.Equal("card:shelf", source.Description);
        Assert.Equal("shelf:model.onnx", artifact.Source);
    }

    private ServiceProvider Services()
    {
        var services = new ServiceCollection();
        services.Configure<ModelStoreOptions>(options => options.Root = _root);
        services.AddSingleton<IProgress<TransferProgress>>(_log);
        services.AddSingleton<IModelSourceFactory, ShelfFactory>(provider => new ShelfFactory(provider));
        services.AddServerlessInference();
        return services.BuildServiceProvider();
    }

    private sealed class ShelfFactory(IServiceProvider services) : IModelSourceFactory
    {
        public string Scheme => "shelf";

        public IModelSource Create(string uri) => ModelSources.FromRemote(new ShelfModel(), new RemoteModelOptions(), services);
    }

    private sealed class ShelfModel : IRemoteModel, IRemoteObject
    {
        public static byte[] Content { get; } = [1, 2, 3, 4];

        public string Description => "shelf:model.onnx";

        public string? ObjectName => "model.onnx";

        public string Name => "model.onnx";

        public string Location => Description;

        public long Length => Content.Length;

        public string Version => "1";

        public bool AcceptsRanges => true;

        public ValueTask<IReadOnlyList<IRemoteObject>> ListAsync(CancellationToken cancellationToken) =>
            ValueTask.FromResult<IReadOnlyList<IRemoteObject>>([this]);

        public ValueTask<ContentDigest?> GetDigestAsync(CancellationToken cancellationToken) => ValueTask.FromResult<ContentDigest?>(null);

        public ValueTask<Stream> OpenReadAsync(long offset, long length, CancellationToken cancellationToken) =>
            ValueTask.FromResult<Stream>(new MemoryStream(Content, (int)offset, (int)length));
    }

    private sealed class ShelfPointer : IModelPointer
    {
        public string Description => "card:shelf";

        public ValueTask<string> ReadAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult("shelf:model.onnx");
    }

    private sealed class TransferLog : IProgress<TransferProgress>
    {
        private long _bytes;

        public long Bytes => _bytes;

        public void Report(TransferProgress value) => Interlocked.Add(ref _bytes, value.Bytes);
    }
}
