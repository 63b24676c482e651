using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using ServerlessInference.Diagnostics;
using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Registration;
using ServerlessInference.Sessions;

namespace ServerlessInference;

/// <summary>Describes a model: its sources, its options, its pipeline.</summary>
public static class ModelBuilderExtensions
{
    /// <summary>Takes the model from a Lambda layer, which Lambda unpacks under <c>/opt</c>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The path inside the layer.</param>
    /// <param name="deadline">How long it may take before the next source is tried.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder FromLayer(this ModelBuilder model, string path, TimeSpan? deadline = null) =>
        model.From(source => source.Layer(path, deadline));

    /// <summary>Takes the model from a folder or a file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The folder or the model file.</param>
    /// <param name="deadline">How long it may take before the next source is tried.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder FromFileSystem(this ModelBuilder model, string path, TimeSpan? deadline = null) =>
        model.From(source => source.FileSystem(path, deadline));

    /// <summary>Takes the model from embedded resources.</summary>
    /// <param name="model">The model.</param>
    /// <param name="assembly">The assembly.</param>
    /// <param name="prefix">What the names of the model's resources begin with.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder FromEmbeddedResource(this ModelBuilder model, Assembly assembly, string prefix) =>
        model.From(source => source.Embedded(assembly, prefix));

    /// <summary>Adds a source. Sources are tried in the order of these calls.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">Names the source.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder From(this ModelBuilder model, Action<ModelSourceBuilder> source)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Services.AddKeyedSingleton(model.Name, ModelSourceBuilder.Register(source));
        return model;
    }

    /// <summary>Adds a source that is tried when those before it have failed.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">Names the source.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder ThenFrom(this ModelBuilder model, Action<ModelSourceBuilder> source) => model.From(source);

    /// <summary>Sets options in code, over what configuration says.</summary>
    /// <param name="model">The model.</param>
    /// <param name="configure">Sets them.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder Configure(this ModelBuilder model, Action<ModelOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Services.Configure(model.Name, configure);
        return model;
    }

    /// <summary>Runs another model before this one: its outputs become this one's inputs. Several calls make a row.</summary>
    /// <param name="model">The model.</param>
    /// <param name="name">The name of the model that runs first.</param>
    /// <param name="outputs">Which of its outputs fills which input of the next; <see langword="null"/> where names agree.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder After(this ModelBuilder model, string name, IReadOnlyDictionary<string, string>? outputs = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        model.Services.AddKeyedSingleton(model.Name, new PipelineStage(name, outputs));
        return model;
    }

    /// <summary>Puts a preprocessor before and a postprocessor behind the model.</summary>
    /// <typeparam name="TInput">What is asked.</typeparam>
    /// <typeparam name="TOutput">What is answered.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="preprocessor">Creates the preprocessor, once.</param>
    /// <param name="postprocessor">Creates the postprocessor, once.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder UsePipeline<TInput, TOutput>(
        this ModelBuilder model,
        Func<IServiceProvider, IPreprocessor<TInput>> preprocessor,
        Func<IServiceProvider, IPostprocessor<TOutput>> postprocessor)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(preprocessor);
        ArgumentNullException.ThrowIfNull(postprocessor);
        string name = model.Name;
        model.Services.TryAddKeyedSingleton<IInferencePipeline<TInput, TOutput>>(name, (services, _) =>
            model.CreatePipeline(services, preprocessor(services), postprocessor(services)));
        model.AddUnkeyed<TInput, TOutput>();
        model.AddModelPipeline<TInput, TOutput>();
        return model;
    }

    /// <summary>Lets event sources give the pipeline encoded bytes and take its answers as JSON (<see cref="IEncodedPipeline"/>).</summary>
    /// <typeparam name="TInput">What the pipeline is asked.</typeparam>
    /// <typeparam name="TOutput">What the pipeline answers.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="decode">Makes an input of bytes; throws an <see cref="InvalidInputException"/> for bytes that are none.</param>
    /// <param name="json">How an answer is written.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder AcceptEncoded<TInput, TOutput>(
        this ModelBuilder model, Func<ReadOnlyMemory<byte>, TInput> decode, JsonTypeInfo<TOutput> json)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(decode);
        ArgumentNullException.ThrowIfNull(json);
        return model.AcceptEncoded<TInput, TOutput>(decode, (writer, answer) => JsonSerializer.Serialize(writer, answer, json));
    }

    /// <summary>
    /// Lets event sources give the pipeline encoded bytes and take its answers as JSON (<see cref="IEncodedPipeline"/>), written by a
    /// method of its own: a serializer's metadata costs a cold start more than a small answer is worth.
    /// </summary>
    /// <typeparam name="TInput">What the pipeline is asked.</typeparam>
    /// <typeparam name="TOutput">What the pipeline answers.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="decode">Makes an input of bytes; throws an <see cref="InvalidInputException"/> for bytes that are none.</param>
    /// <param name="write">Writes an answer as one JSON value.</param>
    /// <param name="sample">
    /// A small, valid input, with which the way of a request is gone once while the model loads; empty for none.
    /// </param>
    /// <returns>The model.</returns>
    public static ModelBuilder AcceptEncoded<TInput, TOutput>(
        this ModelBuilder model, Func<ReadOnlyMemory<byte>, TInput> decode, Action<Utf8JsonWriter, TOutput> write, ReadOnlyMemory<byte> sample = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(decode);
        ArgumentNullException.ThrowIfNull(write);
        string name = model.Name;
        model.Services.TryAddKeyedSingleton<IEncodedPipeline>(name, (services, _) => new EncodedPipeline<TInput, TOutput>(
            name, services.GetRequiredKeyedService<IInferencePipeline<TInput, TOutput>>(name), decode, write, sample));
        return model;
    }

    /// <summary>Makes the pipeline of a classical model on rows of numbers: a label, and the probabilities of all.</summary>
    /// <param name="model">The model.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder UseLabelPrediction(this ModelBuilder model) =>
        model.UsePipeline<ReadOnlyMemory<float>, LabelPrediction>(_ => new FeatureVectorPreprocessor(), _ => new LabelPredictionPostprocessor());

    /// <summary>Lets the pipeline be resolved without a key, as long as one model has such a pipeline.</summary>
    internal static void AddUnkeyed<TInput, TOutput>(this ModelBuilder model)
    {
        IServiceCollection registered = model.Services;
        registered.TryAddSingleton(services =>
        {
            string[] names = [.. registered
                .Where(service => service.ServiceType == typeof(IInferencePipeline<TInput, TOutput>) && service.ServiceKey is string)
                .Select(service => (string)service.ServiceKey!).Distinct()];
            return names.Length == 1
                ? services.GetRequiredKeyedService<IInferencePipeline<TInput, TOutput>>(names[0])
                : throw new InvalidOperationException(
                    $"Several models have a pipeline from {typeof(TInput)} to {typeof(TOutput)}: {string.Join(", ", names.Select(name => $"'{name}'"))}. " +
                    "Resolve it by the model's name, with [FromKeyedServices(\"name\")].");
        });
    }

    /// <summary>Lets the registry prepare and warm the pipeline. One that the application put in its place looks after itself.</summary>
    internal static void AddModelPipeline<TInput, TOutput>(this ModelBuilder model)
    {
        string name = model.Name;
        model.Services.AddKeyedSingleton(name, (services, _) =>
            services.GetRequiredKeyedService<IInferencePipeline<TInput, TOutput>>(name) as IModelPipeline ?? new ForeignPipeline(name));
    }

    internal static InferencePipeline<TInput, TOutput> CreatePipeline<TInput, TOutput>(
        this ModelBuilder model,
        IServiceProvider services,
        IPreprocessor<TInput> preprocessor,
        IPostprocessor<TOutput> postprocessor)
    {
        ModelOptions options = services.GetRequiredService<IOptionsMonitor<ModelOptions>>().Get(model.Name);
        return new(
            model.Name,
            [.. services.GetKeyedServices<PipelineStage>(model.Name)],
            options.MaxBatchSize,
            options.WarmupAxes.AsReadOnly(),
            services.GetRequiredService<IModelRegistry>(),
            preprocessor,
            postprocessor,
            services.GetRequiredService<InferenceTelemetry>(),
            services.GetRequiredService<RunGate>(),
            services.GetRequiredService<TimeProvider>());
    }
}
