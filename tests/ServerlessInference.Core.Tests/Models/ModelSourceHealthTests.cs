using ServerlessInference.Models;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Models;

public sealed class ModelSourceHealthTests
{
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LoadAsync_SourceKeepsFailing_IsTriedAfterTheOthersForAWhile()
    {
        StubModelSource broken = StubModelSource.Failing("efs:/mnt", new IOException("gone"));
        StubModelSource good = StubModelSource.Of([1], "s3://b");
        var chain = new ModelSourceChain([new(broken), new(good)], _time);
        var asked = new List<int>();

        // After two failures the source is postponed for 30 s, and after the third for 60 s.
        foreach (int seconds in new[] { 0, 0, 0, 29, 1, 30, 30 })
        {
            _time.Advance(TimeSpan.FromSeconds(seconds));
            (await chain.LoadAsync(Token)).Dispose();
            asked.Add(broken.Loads);
        }

        Assert.Equal([1, 2, 2, 2, 3, 3, 4], asked);
    }

    [Fact]
    public async Task LoadAsync_OthersFailToo_TriesThePostponedSource()
    {
        bool broken = true;
        var first = new StubModelSource("a:1", _ => broken
            ? Task.FromException<ModelArtifact>(new IOException("gone"))
            : Task.FromResult(StubModelSource.Artifact([1], "a:1")));
        StubModelSource second = StubModelSource.Failing("b:2", new IOException("gone too"));
        var chain = new ModelSourceChain([new(first), new(second)], _time);
        for (int i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<ModelLoadException>(async () => (await chain.LoadAsync(Token)).Dispose());
        }

        broken = false;
        using ModelArtifact artifact = await chain.LoadAsync(Token);

        Assert.Equal("a:1", artifact.Source);
    }

    [Fact]
    public async Task LoadAsync_Success_ResetsTheFailures()
    {
        int calls = 0;
        var flaky = new StubModelSource("a:1", _ => ++calls % 2 == 1
            ? Task.FromException<ModelArtifact>(new IOException("gone"))
            : Task.FromResult(StubModelSource.Artifact([1], "a:1")));
        var chain = new ModelSourceChain([new(flaky), new(StubModelSource.Of([2], "b:2"))], _time);
        var served = new List<string>();
        for (int i = 0; i < 6; i++)
        {
            using ModelArtifact artifact = await chain.LoadAsync(Token);
            served.Add(artifact.Source);
        }

        Assert.Equal(["b:2", "a:1", "b:2", "a:1", "b:2", "a:1"], served);
    }

    [Fact]
    public async Task GetVersionAsync_ServingSourceFails_DoesNotUseAFallback()
    {
        bool broken = false;
        var first = new StubModelSource("a:1", _ => broken
            ? Task.FromException<ModelArtifact>(new IOException("gone"))
            : Task.FromResult(StubModelSource.Artifact([1], "a:1", "new")));
        var chain = new ModelSourceChain([new(first), new(StubModelSource.Of([2], "b:2", "old"))], _time);
        (await chain.LoadAsync(Token)).Dispose();
        broken = true;

        for (int i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<ModelLoadException>(async () => await chain.GetVersionAsync(Token));
        }
    }

    [Fact]
    public async Task GetVersionAsync_BetterSourceIsBack_ReturnsItsVersion()
    {
        bool broken = true;
        var first = new StubModelSource("a:1", _ => broken
            ? Task.FromException<ModelArtifact>(new IOException("gone"))
            : Task.FromResult(StubModelSource.Artifact([1], "a:1", "new")));
        var chain = new ModelSourceChain([new(first), new(StubModelSource.Of([2], "b:2", "old"))], _time);
        (await chain.LoadAsync(Token)).Dispose();
        Assert.Equal("old", await chain.GetVersionAsync(Token));

        broken = false;
        _time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal("new", await chain.GetVersionAsync(Token));
    }
}
