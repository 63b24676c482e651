namespace ServerlessInference.Models.Transfer;

/// <summary>One version of one object in a bucket or on a web server: the protocol-specific part of a transfer.</summary>
/// <remarks>
/// Implementations must be thread-safe, because several ranges are read at once. Report transient errors as an <see cref="IOException"/>,
/// a <see cref="TimeoutException"/> or an <see cref="HttpRequestException"/>; they are retried. Report permanent errors as a
/// <see cref="ModelLoadException"/>.
/// </remarks>
public interface IRemoteObject
{
    /// <summary>Gets the name of the file within the model: <c>model.onnx</c>, <c>onnx/model.onnx</c>.</summary>
    string Name { get; }

    /// <summary>Gets the location of the object, for error messages and to distinguish objects: <c>s3://bucket/key</c>.</summary>
    string Location { get; }

    /// <summary>Gets the size in bytes.</summary>
    long Length { get; }

    /// <summary>Gets the version: an ETag or a version id. Different bytes must have a different version.</summary>
    string Version { get; }

    /// <summary>
    /// Gets a value indicating whether <see cref="Version"/> tells different bytes of the same length apart. If not, a warning is logged.
    /// </summary>
    bool HasVersion => true;

    /// <summary>Gets a value indicating whether reading can start at any byte.</summary>
    bool AcceptsRanges { get; }

    /// <summary>Gets the strongest digest of the whole object that the server provides.</summary>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The digest; <see langword="null"/> if the server provides none for the whole object.</returns>
    ValueTask<ContentDigest?> GetDigestAsync(CancellationToken cancellationToken);

    /// <summary>Opens a stream on exactly this version.</summary>
    /// <param name="offset">The position of the first byte; 0 if <see cref="AcceptsRanges"/> is <see langword="false"/>.</param>
    /// <param name="length">The number of bytes that will be read.</param>
    /// <param name="cancellationToken">Cancels opening the stream and, during its lifetime, reading it.</param>
    /// <returns>The bytes from <paramref name="offset"/> on. Disposing the stream before its end closes the connection.</returns>
    /// <exception cref="ModelChangedException">This version has been replaced by another one.</exception>
    ValueTask<Stream> OpenReadAsync(long offset, long length, CancellationToken cancellationToken);
}
