using Amazon.S3;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;

namespace ServerlessInference.S3.Tests;

/// <summary>Network faults between the library and the real server: the model arrives complete, or an error says why not.</summary>
public sealed class FaultTests(S3Server server) : IClassFixture<S3Server>, IDisposable
{
    private static readonly byte[] Content = S3Server.Bytes((6 * 1024 * 1024) + 99, 3);

    /// <summary>A timeout, in seconds, that no server exceeds even on a slow machine. Tests without a stall do not wait for it.</summary>
    private const double Patient = 10;

    private readonly ModelStoreOptions _store =
        new() { Root = Path.Combine(Path.GetTempPath(), "si-test-" + Guid.NewGuid().ToString("N")) };

    public void Dispose()
    {
        if (Directory.Exists(_store.Root))
        {
            Directory.Delete(_store.Root, recursive: true);
        }
    }

    private static string[] Forms => ["model.onnx", "folder/", "model.tar", "model.tar.gz", "model.zip"];

    public static TheoryData<string, int, bool> EveryFault => Data(
        FaultKind.None, FaultKind.Unavailable, FaultKind.Reset, FaultKind.Truncate, FaultKind.Stall, FaultKind.FlipBit);

    public static TheoryData<string, int, bool> LastingFaults => Data(
        FaultKind.Unavailable, FaultKind.Reset, FaultKind.Truncate, FaultKind.Stall, FaultKind.FlipBits);

    [Theory]
    [MemberData(nameof(EveryFault))]
    public async Task LoadAsync_FaultsOnEverySecondConnection_LoadsTheModel(string form, int kind, bool inMemory)
    {
        server.Require();
        Assert.SkipWhen(inMemory && !OperatingSystem.IsLinux(), "memory files exist on Linux only");
        var random = new Random(kind);
        int bits = 0;
        await using var proxy = new FaultProxy(server.Endpoint, number => (FaultKind)kind == FaultKind.FlipBit
            ? (Interlocked.Increment(ref bits) == 2 ? FaultKind.FlipBit : FaultKind.None, 300_000)
            : (number % 2 == 0 ? (FaultKind)kind : FaultKind.None, random.Next(100_000, 2_000_000)));
        using ModelArtifact artifact = await LoadAsync(proxy.Endpoint, form, inMemory, (FaultKind)kind == FaultKind.Stall ? 1.5 : Patient);

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.Equal(form == "model.onnx" ? 1 : 2, artifact.Files.Count);
    }

    [Theory]
    [MemberData(nameof(LastingFaults))]
    public async Task LoadAsync_FaultsOnAllConnections_PublishesNothing(string form, int kind, bool inMemory)
    {
        server.Require();
        Assert.SkipWhen(inMemory && !OperatingSystem.IsLinux(), "memory files exist on Linux only");

        // The answers to HEAD requests are shorter than that and arrive complete.
        await using var proxy = new FaultProxy(
            server.Endpoint, _ => ((FaultKind)kind, (FaultKind)kind == FaultKind.FlipBits ? 400_000 : 1_200));
        ModelLoadException exception = await Assert.ThrowsAnyAsync<ModelLoadException>(
            () => LoadAsync(proxy.Endpoint, form, inMemory, (FaultKind)kind == FaultKind.Stall ? 0.5 : Patient));

        Assert.Contains($"s3://{server.Bucket}/faults/{form}", exception.Message, StringComparison.Ordinal);
        Assert.Contains(
            (FaultKind)kind switch
            {
                FaultKind.Unavailable => "503",
                FaultKind.Stall => " 0.5 s",
                FaultKind.Reset or FaultKind.Truncate => "attempts",
                _ when form is "model.onnx" or "folder/" => "was expected",
                _ => "/faults/",
            },
            exception.Message,
            StringComparison.Ordinal);
        string models = Path.Combine(_store.Root, "models");
        Assert.True(!Directory.Exists(models) || Directory.GetDirectories(models).Length == 0);
    }

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("model.tar.gz")]
    public async Task LoadAsync_StallPastTheDeadline_IsAnErrorWithinIt(string form)
    {
        server.Require();
        await PutAsync(form);
        await using var proxy = new FaultProxy(server.Endpoint, _ => (FaultKind.Stall, 500_000));
        using AmazonS3Client client = server.Client(proxy.Endpoint);
        var source = new S3ModelSource(client, S3Uri.Parse($"s3://{server.Bucket}/faults/{form}"), null, _store);
        var time = new ObservedTimeProvider();
        var deadline = TimeSpan.FromSeconds(2);
        await using ServiceProvider services = new ServiceCollection()
            .AddSingleton<TimeProvider>(time)
            .AddServerlessInference().AddModel("model", model => model.From(from => from.Custom(_ => source, deadline)))
            .Services.BuildServiceProvider();
        IModelSource chain = services.GetRequiredKeyedService<IModelSource>("model");
        Task<ModelArtifact> load = chain.LoadAsync(TestContext.Current.CancellationToken).AsTask();
        await time.WaitForTimerAsync(deadline);
        await proxy.Stalled.WaitAsync(TestContext.Current.CancellationToken);
        time.Advance(deadline);
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => load);

        Assert.True(exception.Message.Contains("no answer within its deadline of 2 s", StringComparison.Ordinal), exception.Message);
    }

    [Fact]
    public async Task LoadAsync_ConnectionRefused_SaysSo()
    {
        server.Require();
        string endpoint;
        await using (var proxy = new FaultProxy(server.Endpoint, _ => default))
        {
            endpoint = proxy.Endpoint;
        }

        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(
            () => LoadAsync(endpoint, "model.onnx", inMemory: false, Patient));
        Assert.Contains("cannot be reached", exception.Message, StringComparison.Ordinal);
    }

    private static TheoryData<string, int, bool> Data(params FaultKind[] kinds)
    {
        var data = new TheoryData<string, int, bool>();
        foreach (string form in Forms)
        {
            foreach (FaultKind kind in kinds)
            {
                data.Add(form, (int)kind, false);
                data.Add(form, (int)kind, true);
            }
        }

        return data;
    }

    private async Task PutAsync(string form)
    {
        if (form == "folder/")
        {
            await server.PutOnceAsync("faults/folder/onnx/model.onnx", () => Content);
            await server.PutOnceAsync("faults/folder/labels.txt", () => [65]);
        }
        else
        {
            await server.PutOnceAsync("faults/" + form, () => form == "model.onnx" ? Content : Archive.Pack(form, Content));
        }
    }

    private async Task<ModelArtifact> LoadAsync(string endpoint, string form, bool inMemory, double idleSeconds)
    {
        await PutAsync(form);
        var options = new S3Options();
        options.Transfer.IdleTimeout = TimeSpan.FromSeconds(idleSeconds);
        options.Transfer.MaxAttempts = 4;
        options.Transfer.RangeSize = 2 * 1024 * 1024;
        options.Transfer.Parallelism = 3;
        options.Transfer.InMemory = inMemory;
        using AmazonS3Client client = server.Client(endpoint);
        var source = new S3ModelSource(client, S3Uri.Parse($"s3://{server.Bucket}/faults/{form}"), options, _store);
        return await source.LoadAsync(TestContext.Current.CancellationToken);
    }
}
