using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Pipelines;

namespace ReloadingFunction;

/// <summary>
/// Loads its model in every call: each call builds its own service container with a session, and disposes both afterwards.
/// </summary>
internal sealed class ReloadingPipeline(string model, string loads, Action<IServiceCollection> register)
    : IEncodedPipeline, IAsyncDisposable
{
    private readonly ServiceProvider _writing = Build(register); // writes answers; never loads the model

    public async ValueTask<IReadOnlyList<InferenceResult>> RunAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> inputs, CancellationToken cancellationToken = default)
    {
        await File.AppendAllTextAsync(loads, ".", cancellationToken);
        await using ServiceProvider services = Build(register);
        return await services.GetRequiredKeyedService<IEncodedPipeline>(model).RunAsync(inputs, cancellationToken);
    }

    public void WriteValue(InferenceResult result, Utf8JsonWriter writer) =>
        _writing.GetRequiredKeyedService<IEncodedPipeline>(model).WriteValue(result, writer);

    public ValueTask DisposeAsync() => _writing.DisposeAsync();

    private static ServiceProvider Build(Action<IServiceCollection> register)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        register(services);
        return services.BuildServiceProvider();
    }
}
