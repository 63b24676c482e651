using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ServerlessInference.Models;
using ServerlessInference.Packages;
using ServerlessInference.Registration;
using ServerlessInference.Sessions;

namespace ServerlessInference;

/// <summary>Registers a split package, and loads models from it.</summary>
public static class SplitPackageBuilderExtensions
{
    /// <summary>
    /// Adds a split package: the runtime finds its native libraries, and <see cref="FromSplitPackage"/> its models. Calling it twice is
    /// harmless.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code, which wins over configuration; may be <see langword="null"/>.</param>
    /// <returns>The same builder, so that calls can be chained.</returns>
    /// <remarks>
    /// Nothing is fetched yet. Models wait for the package when they are loaded; other code waits for
    /// <see cref="ISplitPackage.LoadAsync"/>.
    /// </remarks>
    public static ServerlessInferenceBuilder AddSplitPackage(
        this ServerlessInferenceBuilder builder, Action<SplitPackageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        if (!services.Any(service => service.ServiceType == typeof(SplitPackage)))
        {
            services.AddOptionsFromConfiguration<SplitPackageOptions>(
                SplitPackageOptions.Section,
                isNamed: false,
                static (section, options) => section.Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true));
            services.AddOptions<SplitPackageOptions>().ValidateOnStart();
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SplitPackageOptions>, SplitPackageOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IModelSourceFactory, SplitPackageSourceFactory>(
            provider => new SplitPackageSourceFactory(provider)));
        services.TryAddSingleton(provider => new SplitPackage(
            provider,
            provider.GetRequiredService<IOptions<SplitPackageOptions>>().Value,
            provider.GetService<AssemblyLoading>()?.Begin,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILoggerFactory>()?.CreateLogger<SplitPackage>() ?? (ILogger)NullLogger.Instance));
        services.TryAddSingleton<ISplitPackage>(provider => provider.GetRequiredService<SplitPackage>());
        services.TryAddSingleton<INativeLibraries>(provider => provider.GetRequiredService<SplitPackage>());
        if (configure is not null)
        {
            services.Configure(configure);
        }

        return builder;
    }

    /// <summary>
    /// Also lets the runtime find managed assemblies in the split package. Native and trimmed programs cannot load assemblies.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code, which wins over configuration; may be <see langword="null"/>.</param>
    /// <returns>The same builder, so that calls can be chained.</returns>
    /// <remarks>
    /// Assemblies that are used before the package is loaded must stay next to the program: the program itself, and those that register its
    /// services.
    /// </remarks>
    [RequiresUnreferencedCode(ManagedAssemblies.Message)]
    [RequiresDynamicCode(ManagedAssemblies.Message)]
    public static ServerlessInferenceBuilder AddSplitPackageAssemblies(
        this ServerlessInferenceBuilder builder, Action<SplitPackageOptions>? configure = null)
    {
        builder.AddSplitPackage(configure);
        builder.Services.TryAddSingleton(new AssemblyLoading(files => new ManagedAssemblies(files)));
        return builder;
    }

    /// <summary>Loads the model from the split package, or from the directory of the program if it was not split off.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The mount path, such as <c>models/resnet50</c>, or a file in it.</param>
    /// <param name="deadline">The time after which the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>The same model builder, so that calls can be chained.</returns>
    public static ModelBuilder FromSplitPackage(this ModelBuilder model, string path, TimeSpan? deadline = null) =>
        model.From(source => source.SplitPackage(path, deadline));

    /// <summary>Loads the model from the split package, or from the directory of the program if it was not split off.</summary>
    /// <param name="source">The source builder.</param>
    /// <param name="path">
    /// The mount path, such as <c>models/resnet50</c>, or a file in it. In configuration: <c>package:models/resnet50</c>.
    /// </param>
    /// <param name="deadline">The time after which the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>The same source builder.</returns>
    public static ModelSourceBuilder SplitPackage(this ModelSourceBuilder source, string path, TimeSpan? deadline = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return source.Custom(services => SplitPackageSourceFactory.Create(path, services), deadline);
    }
}
