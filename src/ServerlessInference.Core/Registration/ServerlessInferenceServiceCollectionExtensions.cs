using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ServerlessInference;
using ServerlessInference.Diagnostics;
using ServerlessInference.Models;
using ServerlessInference.Models.Pointers;
using ServerlessInference.Models.Store;
using ServerlessInference.Pipelines;
using ServerlessInference.Registration;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Registers models. The same calls work in a Lambda function, in an ASP.NET Core application and in any service collection.
/// </summary>
public static class ServerlessInferenceServiceCollectionExtensions
{
    /// <summary>Adds the services that all models share. Calling it twice is harmless.</summary>
    /// <param name="services">The service collection.</param>
    /// <returns>A builder for adding models.</returns>
    /// <example>
    /// <code>
    /// services.AddServerlessInference().AddModel("iris", model =&gt; model
    ///     .FromFileSystem("/models/iris")
    ///     .UseLabelPrediction());
    /// </code>
    /// </example>
    public static ServerlessInferenceBuilder AddServerlessInference(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<InferenceTelemetry>();
        services.TryAddSingleton(provider =>
        {
            WorkLimits? limits = provider.GetService<WorkLimits>();
            return new WorkingMemory(limits?.WorkingMemoryBytes, limits?.MaxInputBytes);
        });
        services.TryAddSingleton(provider => new RunGate(provider.GetService<WorkLimits>()?.ConcurrentRuns));

        // Factories rather than types: the container needs no reflection for them, which would make a cold start slower.
        services.TryAddSingleton(provider => new OnnxSessionFactory(
            LoggerFor<OnnxSessionFactory>(provider),
            provider.GetRequiredService<IOptions<InferenceThreadOptions>>().Value,
            provider.GetService<INativeLibraries>()));
        services.TryAddSingleton(provider => new ModelLoader(
            provider,
            provider.GetRequiredService<IOptionsMonitor<ModelOptions>>(),
            provider.GetRequiredService<OnnxSessionFactory>(),
            provider.GetRequiredService<ModelMemory>(),
            provider.GetRequiredService<InferenceTelemetry>(),
            provider.GetRequiredService<TimeProvider>(),
            LoggerFor<ModelLoader>(provider)));
        services.TryAddSingleton(_ => new ProcessMemory());
        services.TryAddSingleton(provider => new ModelMemory(
            () => provider.GetRequiredService<IOptions<ModelMemoryOptions>>(),
            provider.GetRequiredService<ProcessMemory>(),
            LoggerFor<ModelMemory>(provider)));
        services.TryAddSingleton<IModelRegistry>(CreateRegistry);
        AddSettings(services);
        return new ServerlessInferenceBuilder(services);
    }

    /// <summary>Adds a model.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name of the model in pipelines, routes, logs and results.</param>
    /// <param name="configure">Describes the model.</param>
    /// <returns>The same builder, so that calls can be chained.</returns>
    /// <remarks>
    /// Every model can be run without a pipeline, by named tensors: as <c>IInferencePipeline&lt;NamedValues, NamedValues&gt;</c>, and,
    /// unless it has another pipeline, by events in the format of <see cref="TensorJson"/>.
    /// </remarks>
    /// <exception cref="ArgumentException">The name is empty, or a model with that name has been added already.</exception>
    /// <example>
    /// <code>
    /// services.AddServerlessInference().AddModel("iris", model =&gt; model
    ///     .FromFileSystem("/models/iris")
    ///     .ThenFrom(source =&gt; source.Http("https://example.com/iris.zip"))
    ///     .UseLabelPrediction()
    ///     .Configure(options =&gt; options.MaxBatchSize = 64));
    /// </code>
    /// </example>
    public static ServerlessInferenceBuilder AddModel(
        this ServerlessInferenceBuilder builder, string name, Action<ModelBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        IServiceCollection services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(ModelRegistration)
            && ((ModelRegistration)service.ImplementationInstance!).Name == name))
        {
            throw new ArgumentException($"A model '{name}' has been added already. Give each model its own name.", nameof(name));
        }

        services.AddSingleton(new ModelRegistration(name));
        services.AddOptions<ModelOptions>(name).ValidateOnStart();
        var model = new ModelBuilder(name, services);
        services.TryAddKeyedSingleton(name, (provider, _) => model.Decorate(provider, CreateSource(provider, name)));
        configure(model);
        model.ApplyDefaults();
        model.AddNamedValues();
        return builder;
    }

    /// <summary>Adds a model whose options are read from a configuration section that you choose.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name of the model.</param>
    /// <param name="configuration">
    /// A section with the properties of <see cref="ModelOptions"/>. Its <c>Sources</c> specify the location.
    /// </param>
    /// <param name="configure">Describes the rest; may be <see langword="null"/>.</param>
    /// <returns>The same builder, so that calls can be chained.</returns>
    /// <exception cref="ArgumentException">The name is empty, or a model with that name has been added already.</exception>
    public static ServerlessInferenceBuilder AddModel(
        this ServerlessInferenceBuilder builder, string name, IConfiguration configuration, Action<ModelBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return builder.AddModel(name, model =>
        {
            var settings = new OptionsFromConfiguration<ModelOptions>(
                options => options == name ? configuration : null,
                (section, options) =>
                {
                    // Binding adds to a list, and the application's own section may have set the sources before.
                    if (section.GetSection(nameof(ModelOptions.Sources)).Exists())
                    {
                        options.Sources.Clear();
                    }

                    BindModel(section, options);
                },
                ClearCollections);
            model.Services.AddSingleton<IConfigureOptions<ModelOptions>>(settings);
            model.Services.AddSingleton<IValidateOptions<ModelOptions>>(settings);
            configure?.Invoke(model);
        });
    }

    private static void AddSettings(IServiceCollection services)
    {
        // ValidateOnStart adds a service at each call, unlike everything else here.
        if (services.Any(service => service.ServiceType == typeof(OptionsFromConfiguration<ModelOptions>)))
        {
            return;
        }

        // Each section has its own call of Bind, because the generator writes a binder for each type. None of them is called for a section
        // that does not exist.
        services
            .AddOptionsFromConfiguration<ModelMemoryOptions>(
                "ServerlessInference:Memory",
                isNamed: false,
                static (section, options) => section.Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true))
            .AddOptionsFromConfiguration<ModelStoreOptions>(
                "ServerlessInference:Store",
                isNamed: false,
                static (section, options) => section.Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true))
            .AddOptionsFromConfiguration<InferenceThreadOptions>(
                "ServerlessInference:Threads",
                isNamed: false,
                static (section, options) => section.Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true))
            .AddOptionsFromConfiguration<ModelOptions>("ServerlessInference:Models", isNamed: true, BindModel, ClearCollections);
        services.AddOptions<ModelMemoryOptions>().ValidateOnStart();
        services.AddOptions<ModelStoreOptions>().ValidateOnStart();
        services.AddOptions<InferenceThreadOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ModelMemoryOptions>, ModelMemoryOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ModelStoreOptions>, ModelStoreOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<InferenceThreadOptions>, InferenceThreadOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ModelOptions>, ModelOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ModelOptions>, ModelOptionsRules>());
    }

    private static void BindModel(IConfiguration section, ModelOptions options) =>
        section.Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true);

    private static void ClearCollections(ModelOptions options)
    {
        options.Sources.Clear();
        options.ExecutionProviders.Clear();
        options.WarmupAxes.Clear();
        options.CustomOperatorLibraries.Clear();
    }

    private static ModelRegistry CreateRegistry(IServiceProvider services)
    {
        ModelLoader loader = services.GetRequiredService<ModelLoader>();
        ModelMemory memory = services.GetRequiredService<ModelMemory>();
        InferenceTelemetry telemetry = services.GetRequiredService<InferenceTelemetry>();
        var reclaimer = new ModelReclaimer(LoggerFor<ModelReclaimer>(services));
        var replacementLock = new WeightedGate(1);
        return new ModelRegistry(
            services,
            services.GetServices<ModelRegistration>(),
            services.GetRequiredService<IOptionsMonitor<ModelOptions>>(),
            memory,
            name => new ModelEntry(name, loader, memory, reclaimer, telemetry, CreateRefresh));

        // Created only for models that are checked for new versions, so that other models do not pay for it before their first answer.
        ModelRefresh CreateRefresh(ModelEntry entry)
        {
            TimeProvider time = services.GetRequiredService<TimeProvider>();
            var replacer = new ModelReplacer(
                loader, memory, reclaimer, replacementLock, telemetry, time, LoggerFor<ModelReplacer>(services));
            var pointed = services.GetRequiredKeyedService<IModelSource>(entry.Name) as IPointedSource;
            return new ModelRefresh(entry, replacer, pointed, telemetry, time, LoggerFor<ModelRefresh>(services));
        }
    }

    private static IModelSource CreateSource(IServiceProvider services, string name)
    {
        var links = new List<ModelSourceChainLink>();
        foreach (ModelSourceRegistration registration in services.GetKeyedServices<ModelSourceRegistration>(name))
        {
            links.Add(new ModelSourceChainLink(registration.Factory(services), registration.Deadline, registration.MinBytesPerSecond));
        }

        if (links.Count == 0)
        {
            foreach (ModelSourceOptions source in services.GetRequiredService<IOptionsMonitor<ModelOptions>>().Get(name).Sources)
            {
                IModelSource resolved = ModelSourceResolver.Resolve(source.Uri, services);
                links.Add(new ModelSourceChainLink(resolved, source.Deadline, source.MinBytesPerSecond));
            }
        }

        return ModelSourceChainBuilder.Build(links, services);
    }

    // An application need not have logging.
    private static ILogger<T> LoggerFor<T>(IServiceProvider services) =>
        services.GetService<ILoggerFactory>()?.CreateLogger<T>() ?? NullLogger<T>.Instance;
}
