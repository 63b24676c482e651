using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Sessions;
using ServerlessInference.Vision;

namespace PlainClass;

/// <summary>A plain class with a service collection of its own, as in a class-library handler. It does not depend on Lambda.</summary>
public sealed class ShapeClassifier : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly IInferencePipeline<ReadOnlyMemory<byte>, ImageClassification> _pipeline;

    /// <summary>Registers the model. Create one instance at start, and the model is kept for all calls.</summary>
    public ShapeClassifier()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference()
            .AddModel("shapes", model => model
                .FromEmbeddedResource(typeof(ShapeClassifier).Assembly, "shapes/")
                .UseImageClassification(options => options.TopK = 3));
        _services = services.BuildServiceProvider();
        _pipeline = _services.GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<byte>, ImageClassification>>("shapes");
    }

    /// <summary>Loads the model before the first call.</summary>
    public Task LoadAsync(CancellationToken cancellationToken = default) =>
        _services.GetRequiredService<IModelRegistry>().PreloadAsync(cancellationToken);

    /// <summary>Returns which shape a JPEG, PNG, WebP, GIF or BMP image shows.</summary>
    public async Task<string> HandleAsync(ReadOnlyMemory<byte> image, CancellationToken cancellationToken = default)
    {
        InferenceResult<ImageClassification> result = await _pipeline.RunAsync(image, cancellationToken);
        return result.Value.Top[0].Label;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
