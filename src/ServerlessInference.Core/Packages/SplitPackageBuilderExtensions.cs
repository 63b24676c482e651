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

namespace ServerlessInference;

/// <summary>Registers a split package, and takes models from it.</summary>
public static class SplitPackageBuilderExtensions
{
    /// <summary>Adds a split package: its native libraries are found by the runtime, and its models by <see cref="FromSplitPackage"/>. Calling it twice is harmless.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options, over what configuration says; may be <see langword="null"/>.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Nothing is fetched yet: models wait for it when they are loaded. Whatever else needs it waits for <see cref="ISplitPackage.LoadAsync"/>.</remarks>
    public static ServerlessInferenceBuilder AddSplitPackage(this ServerlessInferenceBuilder builder, Action<SplitPackageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        services.TryAddEnumerable(ConfigureFromSection<SplitPackageOptions>.Describe(
            SplitPackageOptions.Section, static (section, options) => section.Bind(options)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SplitPackageOptions>, SplitPackageOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IModelSourceFactory, SplitPackageSourceFactory>(provider => new SplitPackageSourceFactory(provider)));
        services.TryAddSingleton(provider => new SplitPackage(
            provider,
            provider.GetRequiredService<IOptions<SplitPackageOptions>>().Value,
            provider.GetService<AssemblyLoading>()?.Begin,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILoggerFactory>()?.CreateLogger<SplitPackage>() ?? (ILogger)NullLogger.Instance));
        services.TryAddSingleton<ISplitPackage>(provider => provider.GetRequiredService<SplitPackage>());
        if (configure is not null)
        {
            services.Configure(configure);
        }

        return builder;
    }

    /// <summary>Lets the runtime find managed assemblies in the split package too. Not for native or trimmed programs, which cannot load any.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options, over what configuration says; may be <see langword="null"/>.</param>
    /// <returns>The builder.</returns>
    /// <remarks>What is used before the package is loaded must stay beside the program: the program's own assembly and what registers its services.</remarks>
    [RequiresUnreferencedCode(ManagedAssemblies.Message)]
    [RequiresDynamicCode(ManagedAssemblies.Message)]
    public static ServerlessInferenceBuilder AddSplitPackageAssemblies(this ServerlessInferenceBuilder builder, Action<SplitPackageOptions>? configure = null)
    {
        builder.AddSplitPackage(configure);
        builder.Services.TryAddSingleton(new AssemblyLoading(files => new ManagedAssemblies(files)));
        return builder;
    }

    /// <summary>Takes the model from the split package; where it stayed in the deployment package, from beside the program.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">Its mount path, such as <c>models/resnet50</c>, or a file in it.</param>
    /// <param name="deadline">How long it may take before the next source is tried.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder FromSplitPackage(this ModelBuilder model, string path, TimeSpan? deadline = null) =>
        model.From(source => source.SplitPackage(path, deadline));

    /// <summary>Takes the model from the split package; where it stayed in the deployment package, from beside the program.</summary>
    /// <param name="source">The source.</param>
    /// <param name="path">Its mount path, such as <c>models/resnet50</c>, or a file in it. In configuration: <c>package:models/resnet50</c>.</param>
    /// <param name="deadline">How long it may take before the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>The source.</returns>
    public static ModelSourceBuilder SplitPackage(this ModelSourceBuilder source, string path, TimeSpan? deadline = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return source.Custom(services => SplitPackageSourceFactory.Create(path, services), deadline);
    }
}
