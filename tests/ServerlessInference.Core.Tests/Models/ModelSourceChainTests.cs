using ServerlessInference.Models;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Models;

public sealed class ModelSourceChainTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    private readonly ObservedTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ModelSourceChain Chain(params ModelSourceChainLink[] links) => new(links, _time);

    [Fact]
    public async Task LoadAsync_FirstHasTheModel_DoesNotTryTheOthers()
    {
        StubModelSource first = StubModelSource.Of([1], "a:1");
        StubModelSource second = StubModelSource.Of([2], "b:2");

        using ModelArtifact artifact = await Chain(new(first), new(second)).LoadAsync(Token);

        Assert.Equal("a:1", artifact.Source);
        Assert.Equal(0, second.Loads);
    }

    [Fact]
    public async Task LoadAsync_FirstFails_TriesTheNext()
    {
        using ModelArtifact artifact = await Chain(
            new(StubModelSource.Failing("a:1", new ModelLoadException("not there"))),
            new(StubModelSource.Of([2], "b:2"))).LoadAsync(Token);

        Assert.Equal("b:2", artifact.Source);
    }

    [Fact]
    public async Task GetVersionAsync_FirstFails_TriesTheNext()
    {
        string version = await Chain(
            new(StubModelSource.Failing("a:1", new ModelLoadException("not there"))),
            new(StubModelSource.Of([2], "b:2", "v7"))).GetVersionAsync(Token);

        Assert.Equal("v7", version);
    }

    [Fact]
    public async Task LoadAsync_AllFail_ReportsEverySourceWithItsReason()
    {
        var broken = new IOException("broken pipe");

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await Chain(
            new(StubModelSource.Failing("a:1", new ModelLoadException("not there."))),
            new(StubModelSource.Failing("b:2", broken), Deadline)).LoadAsync(Token));

        Assert.Equal("All 2 sources of the model failed. (1) a:1, after 0 ms: not there. (2) b:2, after 0 ms: broken pipe", error.Message);
        Assert.Equal(["a:1", "b:2"], error.Failures.Select(failure => failure.Source));
        Assert.Same(broken, error.Failures[1].Exception);
        Assert.Same(broken, error.InnerException);
    }

    [Fact]
    public async Task LoadAsync_OnlySourceFails_SaysThatItIsTheOnlyOne()
    {
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(
            async () => await Chain(new ModelSourceChainLink(StubModelSource.Failing("a:1", new ModelLoadException("not there."))))
                .LoadAsync(Token));

        Assert.Equal("The model's only source failed. (1) a:1, after 0 ms: not there.", error.Message);
    }

    [Fact]
    public async Task LoadAsync_HungSource_IsAbandonedAtItsDeadline()
    {
        var never = new TaskCompletionSource<ModelArtifact>();
        Task<ModelArtifact> load = Chain(
            new(StubModelSource.Hung("efs:/mnt", never), Deadline), new(StubModelSource.Of([2], "b:2"))).LoadAsync(Token).AsTask();
        await _time.WaitForTimerAsync(Deadline);

        _time.Advance(Deadline - TimeSpan.FromTicks(1));
        Assert.False(load.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));
        using ModelArtifact artifact = await load;

        Assert.Equal("b:2", artifact.Source);
    }

    [Fact]
    public async Task LoadAsync_OnlyHungSources_ReportsTheirDeadlines()
    {
        var never = new TaskCompletionSource<ModelArtifact>();
        Task<ModelArtifact> load = Chain(new ModelSourceChainLink(StubModelSource.Hung("efs:/mnt", never), Deadline))
            .LoadAsync(Token).AsTask();
        await _time.WaitForTimerAsync(Deadline);
        _time.Advance(Deadline);

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => load);

        Assert.Equal("The model's only source failed. (1) efs:/mnt, after 2000 ms: no answer within its deadline of 2 s", error.Message);
        Assert.Equal(Deadline, error.Failures[0].Elapsed);
    }

    [Fact]
    public async Task LoadAsync_SourceBlocksItsCaller_IsAbandonedAtItsDeadline()
    {
        using var release = new ManualResetEventSlim();
        var blocking = new StubModelSource("efs:/mnt", token =>
        {
            release.Wait(CancellationToken.None);
            return Task.FromResult(StubModelSource.Artifact([1]));
        });
        Task<ModelArtifact> load = Chain(new(blocking, Deadline), new(StubModelSource.Of([2], "b:2"))).LoadAsync(Token).AsTask();
        await blocking.Entered.Task;
        await _time.WaitForTimerAsync(Deadline);
        _time.Advance(Deadline);

        using ModelArtifact artifact = await load;
        release.Set();

        Assert.Equal("b:2", artifact.Source);
    }

    [Fact]
    public async Task LoadAsync_LateArtifact_IsDisposed()
    {
        var owner = new Owner();
        var answer = new TaskCompletionSource<ModelArtifact>();
        Task<ModelArtifact> load = Chain(
            new(StubModelSource.Hung("efs:/mnt", answer), Deadline), new(StubModelSource.Of([2]))).LoadAsync(Token).AsTask();
        await _time.WaitForTimerAsync(Deadline);
        _time.Advance(Deadline);
        (await load).Dispose();
        Assert.False(owner.IsDisposed);

        answer.SetResult(StubModelSource.Artifact([1], owner: owner));

        await owner.Disposed;
        Assert.Equal(1, owner.Count);
    }

    [Fact]
    public async Task LoadAsync_LateFailure_IsIgnored()
    {
        var answer = new TaskCompletionSource<ModelArtifact>();
        Task<ModelArtifact> load = Chain(
            new(StubModelSource.Hung("efs:/mnt", answer), Deadline), new(StubModelSource.Of([2], "b:2"))).LoadAsync(Token).AsTask();
        await _time.WaitForTimerAsync(Deadline);
        _time.Advance(Deadline);
        using ModelArtifact artifact = await load;

        answer.SetException(new IOException("too late"));

        Assert.Equal("b:2", artifact.Source);
    }

    [Fact]
    public async Task LoadAsync_WithinDeadline_KeepsTheArtifact()
    {
        var owner = new Owner();
        var source = new StubModelSource("a:1", _ => Task.FromResult(StubModelSource.Artifact([1], owner: owner)));

        using (await Chain(new ModelSourceChainLink(source, Deadline)).LoadAsync(Token))
        {
            _time.Advance(Deadline);
            Assert.False(owner.IsDisposed);
        }

        Assert.True(owner.IsDisposed);
    }

    [Fact]
    public async Task LoadAsync_DeadlineReached_CancelsTheTokenOfTheSource()
    {
        var cancelled = new TaskCompletionSource();
        var source = new StubModelSource("a:1", async token =>
        {
            await Task.Delay(Timeout.Infinite, token).ContinueWith(_ => cancelled.SetResult(), TaskScheduler.Default);
            token.ThrowIfCancellationRequested();
            return null!;
        });
        Task<ModelArtifact> load = Chain(new(source, Deadline), new(StubModelSource.Of([2]))).LoadAsync(Token).AsTask();
        await _time.WaitForTimerAsync(Deadline);
        _time.Advance(Deadline);

        (await load).Dispose();
        await cancelled.Task;
    }

    [Fact]
    public async Task LoadAsync_CallerCancels_StopsAtOnceAndTriesNoOther()
    {
        using var cancellation = new CancellationTokenSource();
        var never = new TaskCompletionSource<ModelArtifact>();
        StubModelSource hung = StubModelSource.Hung("efs:/mnt", never);
        StubModelSource other = StubModelSource.Of([2]);
        Task<ModelArtifact> load = Chain(new(hung, Deadline), new(other)).LoadAsync(cancellation.Token).AsTask();
        await hung.Entered.Task;

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load);
        Assert.Equal(0, other.Loads);
    }

    [Fact]
    public void Constructor_NoSources_Throws() => Assert.Throws<ArgumentException>(() => Chain());

    [Fact]
    public void Constructor_ZeroDeadline_NamesTheSource()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => Chain(new ModelSourceChainLink(StubModelSource.Of([1], "a:1"), TimeSpan.Zero)));

        Assert.StartsWith("The deadline of a:1 is 00:00:00; it must be above zero.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_SourceFails_LogsTheReason()
    {
        using var logs = new CapturingLoggerProvider();
        var chain = new ModelSourceChain(
            [new(StubModelSource.Failing("a:1", new ModelLoadException("not there"))), new(StubModelSource.Of([2]))],
            _time,
            new Microsoft.Extensions.Logging.Logger<ModelSourceChain>(logs));

        (await chain.LoadAsync(Token)).Dispose();

        Assert.Equal("Model source a:1 failed after 0 ms: not there", Assert.Single(logs.Records).Text);
    }
}
