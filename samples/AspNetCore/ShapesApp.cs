using System.Text.Json.Serialization;
using ServerlessInference;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Vision;

namespace AspNetCore;

/// <summary>A minimal ASP.NET Core application with the same registrations as a function, for when traffic outgrows functions.</summary>
public static class ShapesApp
{
    private const int MaxImageBytes = 8 * 1024 * 1024;

    /// <summary>Builds the application: <c>POST /shapes</c> with an image, <c>GET /health</c>.</summary>
    public static WebApplication Create(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
        builder.Services.AddServerlessInference()
            .AddModel("shapes", model => model
                .FromEmbeddedResource(typeof(ShapesApp).Assembly, "shapes/")
                .UseImageClassification(options => options.TopK = 3));
        builder.Services.AddHealthChecks().Add(ModelHealthCheck.CreateRegistration());
        builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ShapesJson.Default));
        builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = MaxImageBytes);

        WebApplication app = builder.Build();
        app.MapHealthChecks("/health");
        app.MapPost("/shapes", ClassifyAsync);
        app.Lifetime.ApplicationStarted.Register(
            () => _ = app.Services.GetRequiredService<IModelRegistry>().PreloadAsync(app.Lifetime.ApplicationStopping));
        return app;
    }

    private static async Task<IResult> ClassifyAsync(
        HttpRequest request,
        [FromKeyedServices("shapes")] IInferencePipeline<ReadOnlyMemory<byte>, ImageClassification> pipeline,
        CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        try
        {
            InferenceResult<ImageClassification> result = await pipeline.RunAsync(
                body.GetBuffer().AsMemory(0, (int)body.Length), cancellationToken);
            return Results.Ok(new ShapesAnswer(result.Model.Version, result.Value.Top));
        }
        catch (InvalidInputException exception)
        {
            return Results.Problem(exception.Message, statusCode: exception.Kind switch
            {
                InvalidInputKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
                InvalidInputKind.UnsupportedFormat => StatusCodes.Status415UnsupportedMediaType,
                _ => StatusCodes.Status400BadRequest,
            });
        }
    }
}

/// <summary>The answer of <c>POST /shapes</c>.</summary>
public sealed record ShapesAnswer(string ModelVersion, IReadOnlyList<LabelScore> Top);

[JsonSerializable(typeof(ShapesAnswer))]
internal sealed partial class ShapesJson : JsonSerializerContext;
