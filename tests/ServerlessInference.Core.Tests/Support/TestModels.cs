using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Registration;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Tests.Support;

/// <summary>Service collections and models for tests.</summary>
internal static class TestModels
{
    /// <summary>Registers one model that comes from memory.</summary>
    public static ServiceCollection Services(string name, byte[] model, Action<ModelBuilder>? configure = null) =>
        Services(name, StubModelSource.Of(model), configure);

    public static ServiceCollection Services(string name, IModelSource source, Action<ModelBuilder>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().Add(name, source, configure);
        return services;
    }

    public static ServerlessInferenceBuilder Add(
        this ServerlessInferenceBuilder builder, string name, IModelSource source, Action<ModelBuilder>? configure = null) =>
        builder.AddModel(name, model =>
        {
            model.From(from => from.Custom(_ => source)).Configure(options => options.IntraOpThreads = 1);
            configure?.Invoke(model);
        });

    public static IModelRegistry Registry(this IServiceProvider services) => services.GetRequiredService<IModelRegistry>();

    public static IInferencePipeline<NamedValues, NamedValues> Named(this IServiceProvider services, string name) =>
        services.GetRequiredKeyedService<IInferencePipeline<NamedValues, NamedValues>>(name);

    public static IInferencePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>> Rows(this IServiceProvider services, string name) =>
        services.GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>>(name);

    /// <summary>Loads a model and lends it; the container goes with the scope of the test.</summary>
    public static async Task<(ServiceProvider Services, ModelLease Lease)> LoadAsync(byte[] model)
    {
        ServiceProvider services = Services("m", model).BuildServiceProvider();
        return (services, await services.Registry().AcquireAsync("m", TestContext.Current.CancellationToken));
    }

    /// <summary>Loads a model directly and gives the error that it must end with.</summary>
    public static async Task<ModelLoadException> LoadErrorAsync(IModelSource source, Action<ModelBuilder>? configure = null)
    {
        await using ServiceProvider services = Services("m", source, configure).BuildServiceProvider();
        return await Assert.ThrowsAsync<ModelLoadException>(
            async () => (await services.Registry().AcquireAsync("m", TestContext.Current.CancellationToken)).Dispose());
    }
}
