using Amazon.S3;
using ServerlessInference.Models;
using ServerlessInference.Models.Store;

namespace ServerlessInference.S3.Tests;

/// <summary>Between the library and the real server things go wrong: the model arrives whole, or an error says why not.</summary>
public sealed class FaultTests(S3Server server) : IClassFixture<S3Server>, IDisposable
{
    private static readonly byte[] Content = S3Server.Bytes((12 * 1024 * 1024) + 99, 3);

    private readonly ModelStoreOptions _store = new() { Root = Path.Combine(Path.GetTempPath(), "si-test-" + Guid.NewGuid().ToString("N")) };

    public void Dispose()
    {
        if (Directory.Exists(_store.Root))
        {
            Directory.Delete(_store.Root, recursive: true);
        }
    }

    public static TheoryData<int, bool> EveryFault
    {
        get
        {
            var data = new TheoryData<int, bool>();
            foreach (FaultKind kind in new[] { FaultKind.None, FaultKind.Unavailable, FaultKind.Reset, FaultKind.Truncate, FaultKind.Stall, FaultKind.FlipBit })
            {
                data.Add((int)kind, false);
                data.Add((int)kind, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(EveryFault))]
    public async Task LoadAsync_FaultsOnEverySecondConnection_ComesWhole(int kind, bool inMemory)
    {
        server.Require();
        Assert.SkipWhen(inMemory && !OperatingSystem.IsLinux(), "memory files exist on Linux only");
        var random = new Random(kind);
        int bits = 0;
        await using var proxy = new FaultProxy(server.Endpoint, number => (FaultKind)kind == FaultKind.FlipBit
            ? (Interlocked.Increment(ref bits) == 2 ? FaultKind.FlipBit : FaultKind.None, 700_000)
            : (number % 2 == 0 ? (FaultKind)kind : FaultKind.None, random.Next(100_000, 2_000_000)));
        using ModelArtifact artifact = await LoadAsync(proxy, inMemory);

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    [Theory]
    [InlineData((int)FaultKind.Unavailable, "503")]
    [InlineData((int)FaultKind.Stall, "nothing came for")]
    [InlineData((int)FaultKind.Reset, "attempts")]
    [InlineData((int)FaultKind.Truncate, "attempts")]
    [InlineData((int)FaultKind.FlipBits, "was expected")]
    public async Task LoadAsync_FaultsOnAllConnections_PublishesNothing(int kind, string expected)
    {
        server.Require();

        // The answers to HEAD are shorter than that, and come through.
        await using var proxy = new FaultProxy(server.Endpoint, _ => ((FaultKind)kind, (FaultKind)kind == FaultKind.FlipBits ? 400_000 : 1_200));
        ModelLoadException exception = await Assert.ThrowsAnyAsync<ModelLoadException>(() => LoadAsync(proxy, inMemory: false));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.True(!Directory.Exists(Path.Combine(_store.Root, "models")) || Directory.GetDirectories(Path.Combine(_store.Root, "models")).Length == 0);
    }

    [Fact]
    public async Task LoadAsync_NobodyListens_SaysSo()
    {
        server.Require();
        string endpoint;
        await using (var proxy = new FaultProxy(server.Endpoint, _ => default))
        {
            endpoint = proxy.Endpoint;
        }

        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync(endpoint, inMemory: false));
        Assert.Contains("cannot be reached", exception.Message, StringComparison.Ordinal);
    }

    private Task<ModelArtifact> LoadAsync(FaultProxy proxy, bool inMemory) => LoadAsync(proxy.Endpoint, inMemory);

    private async Task<ModelArtifact> LoadAsync(string endpoint, bool inMemory)
    {
        await server.PutAsync("faults/model.onnx", Content);
        var options = new S3ModelOptions();
        options.Transfer.IdleTimeout = TimeSpan.FromMilliseconds(500);
        options.Transfer.MaxAttempts = 4;
        options.Transfer.RangeSize = 2 * 1024 * 1024;
        options.Transfer.Parallelism = 3;
        options.Transfer.InMemory = inMemory;
        using AmazonS3Client client = server.Client(endpoint);
        return await new S3ModelSource(client, S3Uri.Parse($"s3://{server.Bucket}/faults/model.onnx"), options, _store).LoadAsync(TestContext.Current.CancellationToken);
    }
}
