using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

/// <summary>A model "m" whose source has versions, and what is logged of it.</summary>
internal sealed class ReplacementFixture : IDisposable
{
    public VersionedSource Source { get; } = new();

    public CapturingLoggerProvider Log { get; } = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Log.Dispose();

    public ServiceProvider Build(Action<ModelOptions>? configure = null, TimeProvider? time = null, long? freeMemory = null)
    {
        ServiceCollection services = TestModels.Services("m", Source, model => model.Configure(options =>
        {
            options.CheckJitter = 0;
            configure?.Invoke(options);
        }));
        services.AddSingleton<ILoggerFactory>(Log);
        if (time is not null)
        {
            services.Replace(ServiceDescriptor.Singleton(time));
        }

        if (freeMemory is { } free)
        {
            services.Replace(ServiceDescriptor.Singleton<ProcessMemory>(new FixedMemory(free)));
        }

        return services.BuildServiceProvider();
    }

    public static async Task<(string Version, float Answer)> AskAsync(IServiceProvider services)
    {
        InferenceResult<NamedValues> result = await services.Named("m").RunAsync(
            new NamedValues { ["x"] = TensorValue.Create([10f], 1, 1) }, Token);
        return (result.Model.Version, result.Value.Tensor("y").Elements<float>()[0]);
    }
}
