using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using ServerlessInference.Models;
using ServerlessInference.Registration;

namespace ServerlessInference.Lambda;

/// <summary>Lets a parameter in AWS Systems Manager's Parameter Store say where a model is.</summary>
public static class ParameterStoreExtensions
{
    /// <summary>Takes the model's URI from a parameter.</summary>
    /// <param name="builder">The pointer.</param>
    /// <param name="name">
    /// The parameter, of the kind String or SecureString: <c>/models/yolo</c>, with a version or label behind a colon where wanted, or the ARN of one that
    /// another account shares. The function's role needs <c>ssm:GetParameter</c>, and <c>kms:Decrypt</c> for a SecureString under a key of your own.
    /// </param>
    /// <param name="configure">Sets how it is read, on top of <c>ServerlessInference:ParameterStore</c>; may be <see langword="null"/>.</param>
    /// <returns>The pointer.</returns>
    public static ModelPointerBuilder ParameterStore(
        this ModelPointerBuilder builder, string name, Action<ParameterStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return builder.Custom(services => Create(services, name, configure));
    }

    /// <summary>Lets configuration and <c>source.Uri("ssm:/models/yolo")</c> name parameters, and sets what all of them share.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the defaults, over what configuration says; may be <see langword="null"/>.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Calling this twice is harmless.</remarks>
    public static ServerlessInferenceBuilder AddParameterStorePointers(
        this ServerlessInferenceBuilder builder, Action<ParameterStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IModelSourceFactory, ParameterStoreSourceFactory>(services => new ParameterStoreSourceFactory(services)));
        if (configure is not null)
        {
            builder.Services.AddSingleton(new ParameterStoreDefaults(configure));
        }

        return builder;
    }

    internal static ParameterStorePointer Create(IServiceProvider services, string name, Action<ParameterStoreOptions>? configure)
    {
        var options = new ParameterStoreOptions();
        services.GetService<IConfiguration>()?.GetSection("ServerlessInference:ParameterStore").Bind(options);
        foreach (ParameterStoreDefaults defaults in services.GetServices<ParameterStoreDefaults>())
        {
            defaults.Configure(options);
        }

        configure?.Invoke(options);
        return new ParameterStorePointer(
            name,
            options,
            services.GetService<FunctionPhase>(),
            services.GetService<TimeProvider>() ?? TimeProvider.System,
            services.GetService<ILoggerFactory>(),
            services.GetService<ParameterEnvironment>()?.Variable ?? Environment.GetEnvironmentVariable);
    }
}
