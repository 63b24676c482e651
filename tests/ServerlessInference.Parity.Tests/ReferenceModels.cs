using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Registration;
using ServerlessInference.Tensors;

namespace ServerlessInference.Parity.Tests;

/// <summary>Runs models of the reference data.</summary>
internal static class ReferenceModels
{
    public static ServiceProvider Services(string path, Action<ModelBuilder>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("m", model =>
        {
            model.FromFileSystem(path).Configure(options => options.IntraOpThreads = 1);
            configure?.Invoke(model);
        });
        return services.BuildServiceProvider();
    }

    /// <summary>Reads a golden file. Skips the running test if the file does not exist.</summary>
    public static JsonElement Golden(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Reference.File(name)));
        return document.RootElement.Clone();
    }

    /// <summary>Gets the directory of the demo model, which is part of the repository.</summary>
    public static string DemoModel()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string model = Path.Combine(folder.FullName, "models", "shapes-resnet");
            if (Directory.Exists(model))
            {
                return model;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} has models/shapes-resnet.");
    }

    public static async Task<NamedValues> RunAsync(string path, NamedValues inputs)
    {
        await using ServiceProvider services = Services(path);
        var pipeline = services.GetRequiredService<IInferencePipeline<NamedValues, NamedValues>>();
        return (await pipeline.RunAsync(inputs, TestContext.Current.CancellationToken)).Value;
    }
}
