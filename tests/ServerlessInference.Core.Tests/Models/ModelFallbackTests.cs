using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessInference.Models;
using ServerlessInference.Registration;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Models;

/// <summary>
/// "First the mount, else S3", for mounts that list a model but cannot give it. The clock is advanced by the deadline only.
/// </summary>
public sealed class ModelFallbackTests : IDisposable
{
    private const string Remote = "s3://models/m/";

    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);
    private static readonly byte[] _model = TinyModels.Matrix(700, 700); // 1.96 MB

    private readonly ObservedTimeProvider _time = new();
    private readonly CapturingLoggerProvider _log = new();
    private readonly List<SlowMount> _mounts = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _mounts.ForEach(mount => mount.Dispose());

    [Fact]
    public async Task Acquire_MountIsFast_ServesTheModel()
    {
        SlowMount mount = CreateMount(_model);
        await using ServiceProvider services = Services(mount);

        using ModelLease lease = await services.Registry().AcquireAsync("m", Token);

        Assert.Equal($"efs:{mount.Path}", lease.Model.Identity.Source);
    }

    [Fact]
    public async Task Acquire_MountStalls_NextSourceTakesOverAtTheDeadline()
    {
        SlowMount mount = CreateMount(_model);
        mount.StallAfter(128 * 1024);
        await using ServiceProvider services = Services(mount);

        using ModelLease lease = await AcquireAtTheDeadlineAsync(services);

        Assert.Equal(Remote, lease.Model.Identity.Source);
        Assert.Contains(_log.Records, record => record.Text.StartsWith(
            $"Still reading the model from efs:{mount.Path}: ", StringComparison.Ordinal));
        Assert.Contains(_log.Records, record => record.Text.Contains(" within its deadline of 2 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Acquire_MountIsSlow_NextSourceTakesOverAtTheDeadline()
    {
        SlowMount mount = CreateMount(_model);
        mount.SetSpeed(50_000);
        await using ServiceProvider services = Services(mount);

        using ModelLease lease = await AcquireAtTheDeadlineAsync(services);

        Assert.Equal(Remote, lease.Model.Identity.Source);
    }

    [Fact]
    public async Task Acquire_SlowerThanTheRate_NextSourceTakesOverAfterOneSecond()
    {
        SlowMount mount = CreateMount(_model);
        mount.SetSpeed(50_000);
        await using ServiceProvider services = Services(
            from => from.Efs(mount.Path, TimeSpan.FromMinutes(1), minBytesPerSecond: 10_000_000));

        Task<ModelLease> load = services.Registry().AcquireAsync("m", Token).AsTask();
        await _time.WaitForTimerAsync(_second);
        _time.Advance(_second);
        using ModelLease lease = await load;

        Assert.Equal(Remote, lease.Model.Identity.Source);
        Assert.Contains(_log.Records, record => record.Text.Contains("less than 10,000,000 bytes per second", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Acquire_MountStallsWithoutADeadline_NextSourceTakesOverAfterFiveSeconds()
    {
        SlowMount mount = CreateMount(_model);
        mount.StallAfter(128 * 1024);
        await using ServiceProvider services = Services(from => from.Efs(mount.Path));

        Task<ModelLease> load = services.Registry().AcquireAsync("m", Token).AsTask();
        for (int i = 1; i <= 6 && !load.IsCompleted; i++)
        {
            await Task.WhenAny(load, _time.WaitForTimerAsync(_second, i));
            _time.Advance(_second);
        }

        using ModelLease lease = await load;

        Assert.Equal(Remote, lease.Model.Identity.Source);
        Assert.Contains(_log.Records, record => record.Text.Contains("and nothing in the last 5 s", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(1_000_000)]
    public async Task Acquire_FileIsCutOff_NextSourceTakesOver(int length)
    {
        SlowMount mount = CreateMount(_model[..length]);
        await using ServiceProvider services = Services(mount);

        using ModelLease lease = await services.Registry().AcquireAsync("m", Token);

        Assert.Equal(Remote, lease.Model.Identity.Source);
        Assert.Contains(_log.Records, record => record.Level == LogLevel.Warning
            && record.Text.StartsWith($"Model source efs:{mount.Path} failed after", StringComparison.Ordinal)
            && record.Text.Contains("'model.onnx'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Acquire_FolderWithoutAModel_NextSourceTakesOver()
    {
        using var folder = new TestFolder();
        folder.Write("labels.txt");
        await using ServiceProvider services = Services(from => from.Efs(folder.Path));

        using ModelLease lease = await services.Registry().AcquireAsync("m", Token);

        Assert.Equal(Remote, lease.Model.Identity.Source);
    }

    [Fact]
    public async Task Acquire_ChainOfThree_TakesTheFirstWhoseModelLoads()
    {
        SlowMount stalled = CreateMount(_model), cutOff = CreateMount(_model[..1_000_000]);
        stalled.StallAfter(128 * 1024);
        await using ServiceProvider services = Services(
            from => from.Efs(stalled.Path, _deadline), from => from.Efs(cutOff.Path, _deadline));

        using ModelLease lease = await AcquireAtTheDeadlineAsync(services);

        Assert.Equal(Remote, lease.Model.Identity.Source);
        Assert.Equal(2, _log.Records.Count(record => record.Text.Contains(" failed after ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Acquire_NoSourceHasAModel_NamesEachWithItsReason()
    {
        using TestFolder first = new(), second = new();
        first.Write("model.onnx", [1, 2, 3]);
        second.Write("model.onnx", []);
        await using ServiceProvider services = TestModels.Services(
            "m", new FileSystemModelSource(first.Path, "efs"), model => model.ThenFrom(from => from.Efs(second.Path)))
            .BuildServiceProvider();

        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(
            () => services.Registry().AcquireAsync("m", Token).AsTask());

        Assert.StartsWith(
            $"No source has a model that can be loaded. (1) efs:{first.Path}: The model 'model.onnx'", exception.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            $"(2) efs:{second.Path}: The model 'model.onnx' from efs:{second.Path} is empty", exception.Message, StringComparison.Ordinal);
        Assert.Equal(2, exception.Failures.Count);
    }

    [Fact]
    public async Task Refresh_MountThatRecovers_ServesAgain()
    {
        SlowMount mount = CreateMount(_model);
        mount.StallAfter(128 * 1024);
        await using ServiceProvider services = Services(mount);
        (await AcquireAtTheDeadlineAsync(services)).Dispose();

        mount.Recover();
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.True(await services.Registry().RefreshAsync("m", Token));

        using ModelLease lease = await services.Registry().AcquireAsync("m", Token);
        Assert.Equal($"efs:{mount.Path}", lease.Model.Identity.Source);
    }

    [Fact]
    public async Task Refresh_FileThatWasCutOff_ServesOnceItIsComplete()
    {
        SlowMount mount = CreateMount(_model[..1_000_000]);
        await using ServiceProvider services = Services(mount);
        (await services.Registry().AcquireAsync("m", Token)).Dispose();

        // The same file is not tried again, however often the versions are compared.
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.False(await services.Registry().RefreshAsync("m", Token));
        mount.Write("model.onnx", _model);
        Assert.True(await services.Registry().RefreshAsync("m", Token));

        using ModelLease lease = await services.Registry().AcquireAsync("m", Token);
        Assert.Equal($"efs:{mount.Path}", lease.Model.Identity.Source);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refresh_NewVersionStalls_OldOneStaysInUseAndTheNextAttemptServes(bool three)
    {
        SlowMount mount = CreateMount(_model);
        await using ServiceProvider services = three
            ? Services(from => from.Efs(mount.Path, _deadline), from => from.Efs(mount.Path + "-absent", _deadline))
            : Services(mount);
        string old = await GetVersionAsync(services);
        mount.Write("model.onnx", TinyModels.Matrix(700, 701));
        mount.StallAfter(128 * 1024);

        int earlier = _time.CountTimers(_second);
        Task<bool> refresh = services.Registry().RefreshAsync("m", Token).AsTask();
        await AdvanceToTheDeadlineAsync(earlier);
        await Assert.ThrowsAsync<ModelLoadException>(() => refresh);
        Assert.Equal(old, await GetVersionAsync(services));

        mount.Recover();
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.True(await services.Registry().RefreshAsync("m", Token));
        Assert.NotEqual(old, await GetVersionAsync(services));
    }

    [Fact]
    public async Task Refresh_NewVersionIsCutOff_OldOneStaysInUse()
    {
        SlowMount mount = CreateMount(_model);
        await using ServiceProvider services = Services(mount);
        string old = await GetVersionAsync(services);
        mount.Write("model.onnx", _model[..1_000_000]);

        await Assert.ThrowsAsync<ModelLoadException>(() => services.Registry().RefreshAsync("m", Token).AsTask());

        Assert.Equal(old, await GetVersionAsync(services));
    }

    private static async Task<string> GetVersionAsync(ServiceProvider services)
    {
        using ModelLease lease = await services.Registry().AcquireAsync("m", Token);
        return lease.Model.Identity.Version;
    }

    private SlowMount CreateMount(byte[] model)
    {
        SlowMount.SkipUnlessPossible();
        var mount = new SlowMount();
        _mounts.Add(mount);
        mount.Write("model.onnx", model);
        return mount;
    }

    private ServiceProvider Services(SlowMount mount) => Services(from => from.Efs(mount.Path, _deadline));

    /// <summary>A model from these sources, and else from S3.</summary>
    private ServiceProvider Services(params Action<ModelSourceBuilder>[] sources)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_time);
        services.AddSingleton<ILoggerFactory>(_log);
        services.AddServerlessInference().AddModel("m", model =>
        {
            foreach (Action<ModelSourceBuilder> source in sources)
            {
                model.ThenFrom(source);
            }

            model.ThenFrom(from => from.Custom(_ => StubModelSource.Of(_model, Remote)));
            model.Configure(options => options.IntraOpThreads = 1);
        });
        return services.BuildServiceProvider();
    }

    private async Task<ModelLease> AcquireAtTheDeadlineAsync(ServiceProvider services)
    {
        Task<ModelLease> load = services.Registry().AcquireAsync("m", Token).AsTask();
        await AdvanceToTheDeadlineAsync();
        return await load;
    }

    /// <summary>Advances the clock to the deadline, and not further: what takes over then does so at the deadline.</summary>
    private async Task AdvanceToTheDeadlineAsync(int earlierTimers = 0)
    {
        for (int second = 1; second <= _deadline.TotalSeconds; second++)
        {
            await _time.WaitForTimerAsync(_second, earlierTimers + second);
            _time.Advance(_second);
        }
    }
}
