using ServerlessInference.Models;

namespace ServerlessInference.Tests.Models;

public sealed class DerivedObjectsTests
{
    private readonly DerivedObjects _derived = new();

    [Fact]
    public void GetOrCreate_SameOwnerAndType_CreatesOnce()
    {
        object first = _derived.GetOrCreate("owner", 1, _ => new object());

        Assert.Same(first, _derived.GetOrCreate("owner", 1, object (_) => throw new InvalidOperationException("created twice")));
    }

    [Fact]
    public void GetOrCreate_OtherOwnerOrType_CreatesAnother()
    {
        string text = _derived.GetOrCreate("owner", 1, number => $"{number}");

        Assert.Equal("2", _derived.GetOrCreate("other", 2, number => $"{number}"));
        Assert.NotSame(text, _derived.GetOrCreate<object, int>("owner", 3, number => $"{number}"));
        Assert.Equal("1", _derived.GetOrCreate("owner", 4, number => $"{number}"));
    }

    [Fact]
    public void GetOrCreate_FactoryThrows_TriesAgain()
    {
        Assert.Throws<IOException>(() => _derived.GetOrCreate<string, int>("owner", 1, _ => throw new IOException()));

        Assert.Equal("1", _derived.GetOrCreate("owner", 1, number => $"{number}"));
    }

    [Fact]
    public void GetOrCreate_FactoryAsksForAnotherObject_CreatesBoth()
    {
        string outer = _derived.GetOrCreate("outer", 1, number => _derived.GetOrCreate("inner", number, inner => $"{inner}") + "!");

        Assert.Equal("1!", outer);
        Assert.Equal("1", _derived.GetOrCreate("inner", 2, inner => $"{inner}"));
    }

    [Fact]
    public async Task GetOrCreate_ConcurrentCallers_WaitForOneFactory()
    {
        using var entered = new SemaphoreSlim(0);
        using var release = new ManualResetEventSlim();
        int created = 0;
        Task<string> first = Task.Run(() => Create(() =>
        {
            entered.Release();
            release.Wait(TestContext.Current.CancellationToken);
        }));
        await entered.WaitAsync(TestContext.Current.CancellationToken);
        Task<string> second = Task.Run(() => Create(() => { }));
        release.Set();

        Assert.Same(await first, await second);
        Assert.Equal(1, created);

        string Create(Action work) => _derived.GetOrCreate("owner", 1, number =>
        {
            created++;
            work();
            return $"{number}";
        });
    }

    [Fact]
    public void DisposeAll_DisposableObject_IsDisposed()
    {
        MemoryStream stream = _derived.GetOrCreate("owner", 1, _ => new MemoryStream());
        _derived.GetOrCreate("other", 1, number => $"{number}");

        _derived.DisposeAll();

        Assert.False(stream.CanRead);
    }
}
