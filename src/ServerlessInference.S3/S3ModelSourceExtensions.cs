using Amazon.S3;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ServerlessInference.Configuration;
using ServerlessInference.Models;
using ServerlessInference.Registration;
using ServerlessInference.S3;

namespace ServerlessInference;

/// <summary>Adds S3 as a source of models.</summary>
public static class S3ModelSourceExtensions
{
    /// <summary>Fetches the model from S3.</summary>
    /// <param name="source">The source.</param>
    /// <param name="uri">
    /// <c>s3://bucket/key</c>, <c>s3://bucket/model.tar.gz</c> or <c>s3://bucket/folder/</c>, optionally with <c>?versionId=…</c> and
    /// <c>#sha256=…</c>.
    /// </param>
    /// <param name="configure">Sets how it is fetched, on top of <c>ServerlessInference:S3</c>; may be <see langword="null"/>.</param>
    /// <param name="deadline">How long it may take before the next source is tried; <see langword="null"/> for no limit.</param>
    /// <returns>The source.</returns>
    /// <exception cref="ArgumentException">The text is not an S3 URI.</exception>
    /// <example>
    /// <code>
    /// app.Services.AddServerlessInference().AddModel("products", model => model
    ///     .From(source => source.S3("s3://models/resnet50/model.tar.gz"))
    ///     .UseImageClassification());
    /// </code>
    /// </example>
    public static ModelSourceBuilder S3(
        this ModelSourceBuilder source, string uri, Action<S3Options>? configure = null, TimeSpan? deadline = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        S3Uri parsed = S3Uri.Parse(uri);
        return source.Custom(services => S3ModelSourceFactory.Create(services, parsed, configure), deadline);
    }

    /// <summary>Allows <c>s3:</c> URIs in configuration and in <c>source.Uri("s3://…")</c>, and sets defaults of all S3 sources.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the defaults, on top of configuration; may be <see langword="null"/>.</param>
    /// <returns>The builder.</returns>
    /// <remarks>If an <see cref="IAmazonS3"/> is registered, it is used instead of a new client. Calling this twice is harmless.</remarks>
    public static ServerlessInferenceBuilder AddS3Models(
        this ServerlessInferenceBuilder builder, Action<S3Options>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IModelSourceFactory, S3ModelSourceFactory>(services => new S3ModelSourceFactory(services)));
        if (configure is not null)
        {
            builder.Services.AddSingleton(new S3Defaults(configure));
        }

        return builder;
    }

    internal static S3Options CreateOptions(IServiceProvider services, Action<S3Options>? configure)
    {
        var options = new S3Options();
        SettingsSection.Bind(
            services,
            "ServerlessInference:S3",
            options,
            static (section, bound) => section.Bind(bound, static binder => binder.ErrorOnUnknownConfiguration = true));
        foreach (S3Defaults defaults in services.GetServices<S3Defaults>())
        {
            defaults.Configure(options);
        }

        configure?.Invoke(options);
        return options;
    }
}
