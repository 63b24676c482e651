using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Registration;

namespace ServerlessInference.Text.Tests.Support;

/// <summary>
/// A model folder of the collected cases, registered with a pipeline. A test that needs it is skipped where it is absent.
/// </summary>
internal static class TextCase
{
    internal const string Name = "case";

    internal static ServiceProvider Open(string name, Action<ModelBuilder> configure)
    {
        string folder = Path.GetDirectoryName(Cases.File("text", name, "model.onnx"))!;
        return OpenFolder(folder, configure);
    }

    internal static ServiceProvider OpenFolder(string folder, Action<ModelBuilder> configure)
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel(Name, model =>
        {
            model.FromFileSystem(folder);
            configure(model);
        });
        return services.BuildServiceProvider();
    }

    internal static async Task<float[]> EmbedAsync(IServiceProvider services, string text)
    {
        var pipeline = services.GetRequiredKeyedService<IInferencePipeline<string, TextEmbedding>>(Name);
        return (await pipeline.RunAsync(text, TestContext.Current.CancellationToken)).Value.Vector.ToArray();
    }
}
