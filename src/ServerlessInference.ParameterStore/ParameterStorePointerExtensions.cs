using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using ServerlessInference.Configuration;
using ServerlessInference.Models;
using ServerlessInference.ParameterStore;
using ServerlessInference.Registration;

namespace ServerlessInference;

/// <summary>Adds AWS Systems Manager's Parameter Store as a place for the locations of models.</summary>
public static class ParameterStorePointerExtensions
{
    /// <summary>Reads the model's URI from a parameter.</summary>
    /// <param name="builder">The pointer.</param>
    /// <param name="name">
    /// The parameter, of the kind String or SecureString: <c>/models/yolo</c>, optionally followed by a colon and a version or label, or
    /// the ARN of a parameter that another account shares. The role needs <c>ssm:GetParameter</c>, and <c>kms:Decrypt</c> for a
    /// SecureString with a key of your own.
    /// </param>
    /// <param name="configure">
    /// Sets how it is read, on top of <c>ServerlessInference:ParameterStore</c>; may be <see langword="null"/>.
    /// </param>
    /// <returns>The pointer.</returns>
    /// <example>
    /// <code>
    /// services.AddServerlessInference().AddS3Models().AddModel("products", model => model
    ///     .FromPointer(pointer => pointer.ParameterStore("/models/products")) // its value: s3://models/products/v3/
    ///     .UseImageClassification());
    /// </code>
    /// </example>
    public static ModelPointerBuilder ParameterStore(
        this ModelPointerBuilder builder, string name, Action<ParameterStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return builder.Custom(services => Create(services, name, configure));
    }

    /// <summary>
    /// Allows <c>ssm:</c> URIs in configuration and in <c>source.Uri("ssm:/models/yolo")</c>, and sets defaults of all parameters.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the defaults, on top of configuration; may be <see langword="null"/>.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Calling this twice is harmless.</remarks>
    public static ServerlessInferenceBuilder AddParameterStorePointers(
        this ServerlessInferenceBuilder builder, Action<ParameterStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IModelSourceFactory, ParameterStoreSourceFactory>(
                services => new ParameterStoreSourceFactory(services)));
        if (configure is not null)
        {
            builder.Services.AddSingleton(new ParameterStoreDefaults(configure));
        }

        return builder;
    }

    internal static ParameterStorePointer Create(IServiceProvider services, string name, Action<ParameterStoreOptions>? configure)
    {
        var options = new ParameterStoreOptions();
        SettingsSection.Bind(
            services,
            "ServerlessInference:ParameterStore",
            options,
            static (section, bound) => section.Bind(bound, static binder => binder.ErrorOnUnknownConfiguration = true));
        foreach (ParameterStoreDefaults defaults in services.GetServices<ParameterStoreDefaults>())
        {
            defaults.Configure(options);
        }

        configure?.Invoke(options);
        return new ParameterStorePointer(
            name,
            options,
            services.GetService<IHostState>(),
            services.GetService<TimeProvider>() ?? TimeProvider.System,
            services.GetService<ILoggerFactory>(),
            services.GetService<ParameterEnvironment>()?.Variable ?? Environment.GetEnvironmentVariable);
    }
}
