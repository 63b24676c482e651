using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

/// <summary>What the synthetic input of a pipeline says of a new version, and what becomes of that version where it ends badly.</summary>
public sealed class ReplacementWarmUpTests : IDisposable
{
    private readonly VersionedSource _source = new();
    private readonly CapturingLoggerProvider _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(ModelReplacement.SideBySide)]
    [InlineData(ModelReplacement.UnloadFirst)]
    public async Task RefreshAsync_PipelineThatStandsNoSyntheticInput_ReplacesAllTheSame(ModelReplacement how)
    {
        await using ServiceProvider services = Build(how, (_, _) => throw new InvalidOperationException("An answer below five was never " +
            "thought of."));
        Assert.Equal("v1", (await services.Rows("m").RunAsync(new[] { 10f }, Token)).Model.Version);
        _source.Current = 2;

        Assert.True(await services.Registry().RefreshAsync("m", Token));

        Assert.Equal(12f, (await services.Rows("m").RunAsync(new[] { 10f }, Token)).Value.Span[0]);
        await _source.Owners["v1"].Disposed.WaitAsync(Token);
        Assert.Contains(_log.Records, record => record.Id == 8 && record.Text.Contains("An answer below five was never thought " +
            "of.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ModelReplacement.SideBySide)]
    [InlineData(ModelReplacement.UnloadFirst)]
    public async Task RefreshAsync_TheOldVersionsWarmUpOutlastsTheLimit_DisposesTheNewOne(ModelReplacement how)
    {
        var time = new FakeTimeProvider();
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ServiceProvider services = Build(how, async (version, token) =>
        {
            if (version == "v2")
            {
                throw new InferenceException("The new one answers below five.");
            }

            hangs.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
        }, time);
        await services.Rows("m").RunAsync(new[] { 10f }, Token);
        _source.Current = 2;
        Task<bool> refresh = services.Registry().RefreshAsync("m", Token).AsTask();
        await hangs.Task.WaitAsync(Token);

        time.Advance(new ModelOptions().LoadTimeout);

        await Assert.ThrowsAsync<ModelLoadException>(() => refresh);
        await _source.Owners["v2"].Disposed.WaitAsync(TimeSpan.FromMinutes(1), Token);
        Assert.Equal("v1", (await services.Rows("m").RunAsync(new[] { 10f }, Token)).Model.Version);
        Assert.Equal(0, _source.Owners["v1"].Count);
    }

    private ServiceProvider Build(ModelReplacement how, Func<string, CancellationToken, ValueTask> onSmallAnswer, TimeProvider? time = null)
    {
        ServiceCollection services = TestModels.Services("m", _source, model => model
            .Configure(options => options.Replacement = how)
            .UsePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(_ => new WarmRow(), _ => new Choosy(onSmallAnswer)));
        services.AddSingleton<ILoggerFactory>(_log);
        if (time is not null)
        {
            services.Replace(ServiceDescriptor.Singleton(time));
        }

        return services.BuildServiceProvider();
    }

    /// <summary>Does what it is told where an answer is below five, as every answer to a zero is.</summary>
    private sealed class Choosy(Func<string, CancellationToken, ValueTask> onSmallAnswer) : IPostprocessor<ReadOnlyMemory<float>>
    {
        private readonly RowPostprocessor _inner = new();

        public async ValueTask PostprocessAsync(
            InferenceBatch batch, Memory<ReadOnlyMemory<float>> outputs, CancellationToken cancellationToken)
        {
            await _inner.PostprocessAsync(batch, outputs, cancellationToken);
            if (outputs.Span[0].Span[0] < 5)
            {
                await onSmallAnswer(batch.Model.Identity.Version, cancellationToken);
            }
        }
    }
}
