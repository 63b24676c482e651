using Amazon.S3;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ServerlessInference.Models;
using ServerlessInference.Registration;
using ServerlessInference.S3;
using ServerlessInference.S3.Internal;

namespace ServerlessInference;

/// <summary>Takes models from S3.</summary>
public static class S3ModelSourceExtensions
{
    /// <summary>Takes the model from S3.</summary>
    /// <param name="source">The source.</param>
    /// <param name="uri"><c>s3://bucket/key</c>, <c>s3://bucket/model.tar.gz</c>, <c>s3://bucket/folder/</c>, with <c>?versionId=…</c> and <c>#sha256=…</c> as wanted.</param>
    /// <param name="configure">Sets how it is fetched, on top of <c>ServerlessInference:S3</c>; may be <see langword="null"/>.</param>
    /// <param name="deadline">How long it may take before the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>The source.</returns>
    /// <exception cref="ArgumentException">The URI is none.</exception>
    public static ModelSourceBuilder S3(this ModelSourceBuilder source, string uri, Action<S3ModelOptions>? configure = null, TimeSpan? deadline = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        S3Uri parsed = S3Uri.Parse(uri);
        return source.Custom(services => S3ModelSourceFactory.Create(services, parsed, configure), deadline);
    }

    /// <summary>Lets configuration and <c>source.Uri("s3://…")</c> name models in S3, and sets what all S3 sources share.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the defaults, over what configuration says; may be <see langword="null"/>.</param>
    /// <returns>The builder.</returns>
    /// <remarks>An <see cref="IAmazonS3"/> in the container is used instead of a client of our own. Calling this twice is harmless.</remarks>
    public static ServerlessInferenceBuilder AddS3Models(this ServerlessInferenceBuilder builder, Action<S3ModelOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IModelSourceFactory, S3ModelSourceFactory>(services => new S3ModelSourceFactory(services)));
        if (configure is not null)
        {
            builder.Services.AddSingleton(new S3Defaults(configure));
        }

        return builder;
    }

    internal static S3ModelOptions OptionsFor(IServiceProvider services, Action<S3ModelOptions>? configure)
    {
        var options = new S3ModelOptions();
        services.GetService<IConfiguration>()?.GetSection("ServerlessInference:S3").Bind(options);
        foreach (S3Defaults defaults in services.GetServices<S3Defaults>())
        {
            defaults.Configure(options);
        }

        configure?.Invoke(options);
        return options;
    }
}
