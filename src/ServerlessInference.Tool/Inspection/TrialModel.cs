using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessInference.Models;
using ServerlessInference.Registration;
using ServerlessInference.Sessions;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Inspection;

/// <summary>A model on disk, registered as an application would register it, to be tried from the command line.</summary>
internal sealed class TrialModel : IAsyncDisposable
{
    /// <summary>The name under which it is registered.</summary>
    public const string Name = "model";

    /// <summary>The name that a labels file from elsewhere gets among the model's files.</summary>
    public const string LabelsName = "labels given on the command line";

    private readonly ServiceProvider _services;

    private TrialModel(ServiceProvider services) => _services = services;

    /// <summary>Gets the container's services.</summary>
    public IServiceProvider Services => _services;

    /// <summary>Gets the registered model.</summary>
    public IModelRegistry Registry => _services.GetRequiredService<IModelRegistry>();

    /// <summary>Registers a model.</summary>
    /// <param name="console">Takes warnings.</param>
    /// <param name="path">The model's file or folder.</param>
    /// <param name="labels">A labels file that counts for the model's own; may be <see langword="null"/>.</param>
    /// <param name="configure">Gives the model a pipeline.</param>
    public static TrialModel Create(ToolConsole console, string path, string? labels = null, Action<ModelBuilder>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(new ConsoleLoggerProvider(console)).SetMinimumLevel(LogLevel.Warning));
        services.AddServerlessInference().AddModel(Name, model =>
        {
            model.From(source => source.Custom(_ =>
            {
                var files = new FileSystemModelSource(path);
                return labels is null ? files : new ModelWithLabels(files, labels);
            }));
            configure?.Invoke(model);
        });
        return new TrialModel(services.BuildServiceProvider());
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
