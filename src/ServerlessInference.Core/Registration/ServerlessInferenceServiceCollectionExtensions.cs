using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ServerlessInference;
using ServerlessInference.Diagnostics;
using ServerlessInference.Models;
using ServerlessInference.Models.Store;
using ServerlessInference.Packages;
using ServerlessInference.Pipelines;
using ServerlessInference.Registration;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers models. The same calls serve a Lambda function, an ASP.NET Core application and a plain service collection.</summary>
public static class ServerlessInferenceServiceCollectionExtensions
{
    /// <summary>Adds what all models share. Calling it twice is harmless.</summary>
    /// <param name="services">The service collection.</param>
    /// <returns>A builder that models are added to.</returns>
    public static ServerlessInferenceBuilder AddServerlessInference(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<InferenceTelemetry>();
        services.TryAddSingleton(provider => new WorkingMemory(provider.GetService<WorkLimits>()?.WorkingMemoryBytes));
        services.TryAddSingleton(provider => new RunGate(provider.GetService<WorkLimits>()?.ConcurrentRuns));

        // Factories rather than constructors: they need no reflection, which counts at a cold start.
        services.TryAddSingleton(provider => new OnnxSessionFactory(
            LoggerFor<OnnxSessionFactory>(provider),
            provider.GetRequiredService<IOptions<InferenceThreadOptions>>().Value,
            provider.GetService<SplitPackage>()));
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
            () => provider.GetRequiredService<IOptions<ModelMemoryOptions>>(), provider.GetRequiredService<ProcessMemory>(), LoggerFor<ModelMemory>(provider)));
        services.TryAddSingleton<IModelRegistry>(CreateRegistry);
        services.TryAddEnumerable(ConfigureFromSection<ModelMemoryOptions>.Describe(
            "ServerlessInference:Memory", static (section, options) => section.Bind(options)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ModelMemoryOptions>, ModelMemoryOptionsValidator>());
        services.TryAddEnumerable(ConfigureFromSection<ModelStoreOptions>.Describe(
            "ServerlessInference:Store", static (section, options) => section.Bind(options)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ModelStoreOptions>, ModelStoreOptionsValidator>());
        services.TryAddEnumerable(ConfigureFromSection<InferenceThreadOptions>.Describe(
            "ServerlessInference:Threads", static (section, options) => section.Bind(options)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<InferenceThreadOptions>, InferenceThreadOptionsValidator>());
        services.TryAddEnumerable(ConfigureFromSection<ModelOptions>.DescribePerName(
            "ServerlessInference:Models", static (section, options) => section.Bind(options)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ModelOptions>, ModelOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ModelOptions>, ModelOptionsRules>());
        return new ServerlessInferenceBuilder(services);
    }

    /// <summary>Adds a model.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The model's name: what pipelines, routes, logs and results call it.</param>
    /// <param name="configure">Describes the model.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The name is empty, or a model of that name was added already.</exception>
    public static ServerlessInferenceBuilder AddModel(this ServerlessInferenceBuilder builder, string name, Action<ModelBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        IServiceCollection services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(ModelRegistration) && ((ModelRegistration)service.ImplementationInstance!).Name == name))
        {
            throw new ArgumentException($"A model '{name}' was added already. Give each model a name of its own.", nameof(name));
        }

        services.AddSingleton(new ModelRegistration(name));
        services.AddOptions<ModelOptions>(name).ValidateOnStart();
        services.TryAddKeyedSingleton(name, (provider, _) => CreateSource(provider, name));
        var model = new ModelBuilder(name, services);
        configure(model);

        // Every model also runs without a pipeline of its own: named tensors in, named tensors out.
        // A pipeline that the application put in this place stays.
        services.TryAddKeyedSingleton<IInferencePipeline<NamedValues, NamedValues>>(name, (provider, _) =>
            model.CreatePipeline(provider, new NamedValuesPreprocessor(), new NamedValuesPostprocessor()));
        model.AddUnkeyed<NamedValues, NamedValues>();
        if (!services.Any(service => service.ServiceType == typeof(IModelPipeline) && Equals(service.ServiceKey, name)))
        {
            model.AddModelPipeline<NamedValues, NamedValues>();
        }

        return builder;
    }

    /// <summary>Adds a model whose options come from a configuration section of your choice.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="configuration">
    /// A section with the members of <see cref="ModelOptions"/>; its <c>Sources</c> say where the model is.
    /// </param>
    /// <param name="configure">Describes the rest; may be <see langword="null"/>.</param>
    /// <returns>The builder.</returns>
    public static ServerlessInferenceBuilder AddModel(
        this ServerlessInferenceBuilder builder, string name, IConfiguration configuration, Action<ModelBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return builder.AddModel(name, model =>
        {
            model.Configure(options =>
            {
                // The same section may have been read already as the application's own; binding adds to a list.
                if (configuration.GetSection(nameof(ModelOptions.Sources)).Exists())
                {
                    options.Sources.Clear();
                }

                configuration.Bind(options);
            });
            configure?.Invoke(model);
        });
    }

    private static ModelRegistry CreateRegistry(IServiceProvider services)
    {
        ModelLoader loader = services.GetRequiredService<ModelLoader>();
        ModelMemory memory = services.GetRequiredService<ModelMemory>();
        InferenceTelemetry telemetry = services.GetRequiredService<InferenceTelemetry>();
        var reclaimer = new ModelReclaimer(LoggerFor<ModelReclaimer>(services));
        var turn = new WeightedGate(1);
        return new ModelRegistry(
            services,
            services.GetServices<ModelRegistration>(),
            services.GetRequiredService<IOptionsMonitor<ModelOptions>>(),
            memory,
            name => new ModelEntry(name, loader, memory, reclaimer, telemetry, CreateRefresh));

        // Made only for models that are replaced, so that the others' way to the first answer is as short as before.
        ModelRefresh CreateRefresh(ModelEntry entry)
        {
            TimeProvider time = services.GetRequiredService<TimeProvider>();
            var replacer = new ModelReplacer(loader, memory, reclaimer, turn, telemetry, time, LoggerFor<ModelReplacer>(services));
            return new ModelRefresh(entry, replacer, telemetry, time, LoggerFor<ModelRefresh>(services));
        }
    }

    private static IModelSource CreateSource(IServiceProvider services, string name)
    {
        var links = new List<ModelSourceChainLink>();
        foreach (ModelSourceRegistration registration in services.GetKeyedServices<ModelSourceRegistration>(name))
        {
            links.Add(new ModelSourceChainLink(registration.Factory(services), registration.Deadline));
        }

        if (links.Count == 0)
        {
            foreach (ModelSourceOptions source in services.GetRequiredService<IOptionsMonitor<ModelOptions>>().Get(name).Sources)
            {
                links.Add(new ModelSourceChainLink(ModelSourceResolver.Resolve(source.Uri, services), source.Deadline));
            }
        }

        return ModelSourceChainBuilder.Build(links, services);
    }

    // An application without logging is served as well.
    private static ILogger<T> LoggerFor<T>(IServiceProvider services) =>
        services.GetService<ILoggerFactory>()?.CreateLogger<T>() ?? NullLogger<T>.Instance;
}
