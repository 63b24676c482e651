using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Registration;
using ServerlessInference.Sessions;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Inspection;

/// <summary>A model on disk, registered as in an application, to try it from the command line.</summary>
internal sealed class TrialModel : IAsyncDisposable
{
    /// <summary>The name of the registered model.</summary>
    public const string Name = "model";

    /// <summary>The name of a labels file from the command line among the model's files.</summary>
    public const string LabelsName = "labels given on the command line";

    private readonly ServiceProvider _services;

    private TrialModel(ServiceProvider services) => _services = services;

    /// <summary>Gets the services.</summary>
    public IServiceProvider Services => _services;

    /// <summary>Gets the registry with the model.</summary>
    public IModelRegistry Registry => _services.GetRequiredService<IModelRegistry>();

    /// <summary>Registers a model.</summary>
    /// <param name="console">Receives warnings.</param>
    /// <param name="path">The file or directory of the model.</param>
    /// <param name="labels">A labels file to use instead of the model's own; may be <see langword="null"/>.</param>
    /// <param name="configure">Adds a pipeline to the model.</param>
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

    /// <summary>Writes the answer of a result as the pipeline's JSON, which is that of functions too.</summary>
    public ReadOnlyMemory<byte> WriteAnswer(InferenceResult result)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            _services.GetRequiredKeyedService<IEncodedPipeline>(Name).WriteValue(result, writer);
        }

        return json.WrittenMemory;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
