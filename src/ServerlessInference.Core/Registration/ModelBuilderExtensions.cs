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
using ServerlessInference.Tensors;

namespace ServerlessInference;

/// <summary>Describes a model: its sources, its options and its pipeline.</summary>
public static class ModelBuilderExtensions
{
    /// <summary>Loads the model from a Lambda layer. Lambda unpacks layers in the directory <c>/opt</c>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The path within the layer.</param>
    /// <param name="deadline">The time after which the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>The same model builder, so that calls can be chained.</returns>
    public static ModelBuilder FromLayer(this ModelBuilder model, string path, TimeSpan? deadline = null) =>
        model.From(source => source.Layer(path, deadline));

    /// <summary>Loads the model from a directory or a file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The directory or the model file.</param>
    /// <param name="deadline">The time after which the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>The same model builder, so that calls can be chained.</returns>
    public static ModelBuilder FromFileSystem(this ModelBuilder model, string path, TimeSpan? deadline = null) =>
        model.From(source => source.FileSystem(path, deadline));

    /// <summary>Loads the model from embedded resources.</summary>
    /// <param name="model">The model.</param>
    /// <param name="assembly">The assembly with the resources.</param>
    /// <param name="prefix">The prefix of the names of the model's resources.</param>
    /// <returns>The same model builder, so that calls can be chained.</returns>
    public static ModelBuilder FromEmbeddedResource(this ModelBuilder model, Assembly assembly, string prefix) =>
        model.From(source => source.Embedded(assembly, prefix));

    /// <summary>Adds a source. Sources are tried in the order of these calls.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">Specifies the source.</param>
    /// <returns>The same model builder, so that calls can be chained.</returns>
    public static ModelBuilder From(this ModelBuilder model, Action<ModelSourceBuilder> source)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Services.AddKeyedSingleton(model.Name, ModelSourceBuilder.Register(source));
        return model;
    }

    /// <summary>Adds a source that is tried if the previous ones have failed.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">Specifies the source.</param>
    /// <returns>The same model builder, so that calls can be chained.</returns>
    public static ModelBuilder ThenFrom(this ModelBuilder model, Action<ModelSourceBuilder> source) => model.From(source);

    /// <summary>Loads the model from the place that a pointer names: an environment variable, a file, Parameter Store.</summary>
    /// <param name="model">The model.</param>
    /// <param name="configure">Selects the pointer.</param>
    /// <param name="sources">
    /// Creates sources from what the pointer says; <see langword="null"/> takes it as the URI of a single source.
    /// </param>
    /// <param name="deadline">
    /// How long the pointer and its sources may take before the next source is tried; <see langword="null"/> for no limit.
    /// </param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">No pointer was selected.</exception>
    /// <remarks>
    /// If <see cref="ModelOptions.CheckInterval"/> is set, the model is replaced while the application runs when the pointer changes.
    /// </remarks>
    public static ModelBuilder FromPointer(
        this ModelBuilder model,
        Action<ModelPointerBuilder> configure,
        Action<ModelPointerValue, ModelSourceChainBuilder>? sources = null,
        TimeSpan? deadline = null) => model.From(source => source.ByPointer(configure, sources, deadline));

    /// <summary>Sets options in code. Code wins over configuration.</summary>
    /// <param name="model">The model.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same model builder, so that calls can be chained.</returns>
    public static ModelBuilder Configure(this ModelBuilder model, Action<ModelOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Services.Configure(model.Name, configure);
        return model;
    }

    /// <summary>Runs another model before this one: its outputs become the inputs of this one. Several calls make a sequence.</summary>
    /// <param name="model">The model.</param>
    /// <param name="name">The name of the model that runs first.</param>
    /// <param name="outputs">
    /// The input of the next model that an output becomes, by the name of the output; <see langword="null"/> if the names are the same.
    /// </param>
    /// <returns>The same model builder, so that calls can be chained.</returns>
    public static ModelBuilder After(this ModelBuilder model, string name, IReadOnlyDictionary<string, string>? outputs = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        model.Services.AddKeyedSingleton(model.Name, new PipelineStage(name, outputs));
        return model;
    }

    /// <summary>Gives the model a pipeline: a preprocessor before it and a postprocessor after it.</summary>
    /// <typeparam name="TInput">The type of an input.</typeparam>
    /// <typeparam name="TOutput">The type of an answer.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="preprocessor">Creates the preprocessor, once.</param>
    /// <param name="postprocessor">Creates the postprocessor, once.</param>
    /// <returns>The same model builder, so that calls can be chained.</returns>
    /// <example>
    /// <code>
    /// model.UsePipeline&lt;House, decimal&gt;(services =&gt; new HousePreprocessor(), services =&gt; new PricePostprocessor());
    /// </code>
    /// </example>
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

    /// <summary>
    /// Lets event sources pass encoded bytes to the pipeline and receive its answers as JSON (<see cref="IEncodedPipeline"/>).
    /// </summary>
    /// <typeparam name="TInput">The type of the pipeline's inputs.</typeparam>
    /// <typeparam name="TOutput">The type of the pipeline's answers.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="decode">Decodes an input, or throws an <see cref="InvalidInputException"/> if the bytes are invalid.</param>
    /// <param name="json">Serializes an answer.</param>
    /// <returns>The same model builder, so that calls can be chained.</returns>
    public static ModelBuilder AcceptEncoded<TInput, TOutput>(
        this ModelBuilder model, Func<ReadOnlyMemory<byte>, TInput> decode, JsonTypeInfo<TOutput> json)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(decode);
        ArgumentNullException.ThrowIfNull(json);
        return model.AcceptEncoded<TInput, TOutput>(decode, (writer, answer) => JsonSerializer.Serialize(writer, answer, json));
    }

    /// <summary>
    /// Lets event sources pass encoded bytes to the pipeline and receive its answers as JSON (<see cref="IEncodedPipeline"/>).
    /// </summary>
    /// <typeparam name="TInput">The type of the pipeline's inputs.</typeparam>
    /// <typeparam name="TOutput">The type of the pipeline's answers.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="decode">Decodes an input, or throws an <see cref="InvalidInputException"/> if the bytes are invalid.</param>
    /// <param name="write">
    /// Writes an answer as one JSON value. For a small answer this is worth writing by hand: the metadata of a serializer makes a cold
    /// start slower.
    /// </param>
    /// <returns>The same model builder, so that calls can be chained.</returns>
    public static ModelBuilder AcceptEncoded<TInput, TOutput>(
        this ModelBuilder model, Func<ReadOnlyMemory<byte>, TInput> decode, Action<Utf8JsonWriter, TOutput> write)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(decode);
        ArgumentNullException.ThrowIfNull(write);
        return model.AcceptEncodedInputs<TInput, TOutput>(encoded => new EncodedInputs<TInput>(decode(encoded)), write);
    }

    /// <summary>
    /// Lets event sources pass encoded bytes that may contain several inputs to the pipeline. Several inputs run together and are answered
    /// by a JSON array; if one of them fails, all of them do.
    /// </summary>
    /// <typeparam name="TInput">The type of the pipeline's inputs.</typeparam>
    /// <typeparam name="TOutput">The type of the pipeline's answers.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="decode">Decodes the inputs, or throws an <see cref="InvalidInputException"/> if the bytes are invalid.</param>
    /// <param name="write">Writes an answer as one JSON value.</param>
    /// <returns>The same model builder, so that calls can be chained.</returns>
    public static ModelBuilder AcceptEncodedInputs<TInput, TOutput>(
        this ModelBuilder model, Func<ReadOnlyMemory<byte>, EncodedInputs<TInput>> decode, Action<Utf8JsonWriter, TOutput> write)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(decode);
        ArgumentNullException.ThrowIfNull(write);
        string name = model.Name;
        model.Services.TryAddKeyedSingleton<IEncodedPipeline>(name, (services, _) => new EncodedPipeline<TInput, TOutput>(
            name, services.GetRequiredKeyedService<IInferencePipeline<TInput, TOutput>>(name), decode, write));
        return model;
    }

    /// <summary>
    /// Makes the model a classical classifier on rows of numbers, which returns a label and the probabilities of all labels. It is
    /// registered as <c>IInferencePipeline&lt;ReadOnlyMemory&lt;float&gt;, LabelPrediction&gt;</c>, keyed by the name of the model.
    /// </summary>
    /// <remarks>
    /// <para>Inputs of the model: see <see cref="FeatureVectorPreprocessor"/>. Outputs: see
    /// <see cref="LabelPredictionPostprocessor"/>.</para>
    /// <para>Events contain a row of features as JSON, <c>[5.1,3.5,1.4,0.2]</c>, or several, <c>[[…],[…]]</c>, which are answered by an
    /// array. If the model has one input per feature, a row can also be an object with the names of the inputs. To accept another format,
    /// call
    /// <c>AcceptEncoded</c>.</para>
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <returns>The same model builder, so that calls can be chained.</returns>
    public static ModelBuilder UseLabelPrediction(this ModelBuilder model)
    {
        model.UsePipeline<ReadOnlyMemory<float>, LabelPrediction>(
            _ => new FeatureVectorPreprocessor(), _ => new LabelPredictionPostprocessor());
        model.AddDefaults(static described => described.Services.TryAddKeyedSingleton<IEncodedPipeline>(
            described.Name,
            static (services, key) => new FeatureRowsPipeline(
                (string)key!,
                services.GetRequiredService<IModelRegistry>(),
                services.GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction>>(key))));
        return model;
    }

    /// <summary>Lets every model run without a pipeline of its own, by named tensors.</summary>
    internal static void AddNamedValues(this ModelBuilder model)
    {
        IServiceCollection services = model.Services;
        string name = model.Name;

        // A pipeline that the application has registered for named values is kept.
        services.TryAddKeyedSingleton<IInferencePipeline<NamedValues, NamedValues>>(name, (provider, _) =>
            model.CreatePipeline(provider, new NamedValuesPreprocessor(), new NamedValuesPostprocessor()));
        model.AddUnkeyed<NamedValues, NamedValues>();
        if (services.Any(service => service.ServiceType == typeof(IModelPipeline) && Equals(service.ServiceKey, name)))
        {
            return;
        }

        model.AddModelPipeline<NamedValues, NamedValues>();
        services.TryAddKeyedSingleton<IEncodedPipeline>(name, (provider, _) => model.CreateTensorJsonPipeline(provider));
    }

    /// <summary>Lets the pipeline be resolved without a key, as long as only one model has such a pipeline.</summary>
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
                    $"Several models have a pipeline from {typeof(TInput)} to {typeof(TOutput)}: " +
                    $"{string.Join(", ", names.Select(name => $"'{name}'"))}. Resolve it by the name of the model, with " +
                    "[FromKeyedServices(\"name\")].");
        });
    }

    /// <summary>Lets the registry prepare the pipeline and warm it up, unless the application has registered another one instead.</summary>
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
            BatchLimit.Read(options),
            options.WarmupAxes.AsReadOnly(),
            services.GetRequiredService<IModelRegistry>(),
            preprocessor,
            postprocessor,
            services.GetRequiredService<InferenceTelemetry>(),
            services.GetRequiredService<RunGate>(),
            services.GetRequiredService<TimeProvider>());
    }

    private static EncodedPipeline<ReadOnlyMemory<byte>, NamedValues> CreateTensorJsonPipeline(
        this ModelBuilder model, IServiceProvider services)
    {
        // The JSON is decoded in a preprocessor, when the model is known, so a pipeline for named values that the application has
        // registered cannot be used.
        var registered = services.GetRequiredKeyedService<IInferencePipeline<NamedValues, NamedValues>>(model.Name);
        return registered is InferencePipeline<NamedValues, NamedValues>
            ? new EncodedPipeline<ReadOnlyMemory<byte>, NamedValues>(
                model.Name,
                model.CreatePipeline(services, new TensorJsonPreprocessor(), new NamedValuesPostprocessor()),
                static encoded => new EncodedInputs<ReadOnlyMemory<byte>>(encoded),
                TensorJson.Write)
            : throw new InvalidOperationException(
                $"The application has registered a pipeline for the named tensors of model '{model.Name}', which events cannot use. Call " +
                "AcceptEncoded to specify how the input of an event is decoded.");
    }
}
