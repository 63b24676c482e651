using Amazon.S3;
using Microsoft.Extensions.Logging;
using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Registration;

namespace ServerlessInference.S3;

/// <summary>A model in S3: an object, an archive, or a folder of objects.</summary>
/// <remarks>
/// <para>The content is verified against the first of these that is known: a pinned SHA-256, the full-object checksum that S3 stores, the
/// MD5 in the ETag of an object that was uploaded in one part. Otherwise the length is compared, and every range is requested with
/// <c>If-Match</c>. The SDK itself verifies nothing that is read in ranges.</para>
/// <para>Thread-safe. Design: docs/architecture/model-sources.md.</para>
/// </remarks>
public sealed class S3ModelSource : IModelSource
{
    private readonly IModelSource _source;

    /// <summary>Creates a source that uses an existing client. The client is not disposed.</summary>
    /// <param name="client">The client.</param>
    /// <param name="uri">Where the model is. A fragment of settings is applied to <paramref name="options"/>.</param>
    /// <param name="options">
    /// How it is fetched; <see langword="null"/> for the defaults. Endpoint, region and path style are the client's.
    /// </param>
    /// <param name="store">Where it is kept; <see langword="null"/> for the defaults.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <param name="logger">Logs retries and missing digests; may be <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public S3ModelSource(
        IAmazonS3 client,
        S3Uri uri,
        S3Options? options = null,
        ModelStoreOptions? store = null,
        TimeProvider? timeProvider = null,
        ILogger<RemoteModelSource>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(uri);
        options ??= new S3Options();
        options.Transfer.ApplyFragment(uri.Fragment);
        _source = new RemoteModelSource(
            new S3Model(() => client, uri, options.RequesterPays), options.Transfer, store, timeProvider, logger);
    }

    internal S3ModelSource(IServiceProvider services, Func<IAmazonS3> client, S3Uri uri, S3Options options)
    {
        options.Transfer.ApplyFragment(uri.Fragment);
        _source = ModelSources.FromRemote(new S3Model(client, uri, options.RequesterPays), options.Transfer, services);
    }

    /// <inheritdoc/>
    public string Description => _source.Description;

    /// <inheritdoc/>
    public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) => _source.GetVersionAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default) => _source.LoadAsync(cancellationToken);
}
