namespace ServerlessInference.Models.Transfer;

/// <summary>One version of one object in a bucket or on a web server: the seam between a protocol and what is the same for all.</summary>
/// <remarks>
/// Thread-safe: several ranges are read at once. Trouble that another attempt may mend is an <see cref="IOException"/>, a
/// <see cref="TimeoutException"/> or an <see cref="HttpRequestException"/>; what no attempt mends is a <see cref="ModelLoadException"/>.
/// </remarks>
public interface IRemoteObject
{
    /// <summary>Gets the name of the file inside the model: <c>model.onnx</c>, <c>onnx/model.onnx</c>.</summary>
    string Name { get; }

    /// <summary>Gets where the object is, for errors and to tell objects apart: <c>s3://bucket/key</c>.</summary>
    string Location { get; }

    /// <summary>Gets the size in bytes.</summary>
    long Length { get; }

    /// <summary>Gets the version: an ETag or a version id. Other bytes have another version.</summary>
    string Version { get; }

    /// <summary>Gets a value indicating whether reading may begin elsewhere than at the first byte.</summary>
    bool AcceptsRanges { get; }

    /// <summary>Gets the strongest digest of the whole object that the server knows.</summary>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <returns>The digest; <see langword="null"/> where the server has none of the whole object.</returns>
    ValueTask<ContentDigest?> GetDigestAsync(CancellationToken cancellationToken);

    /// <summary>Begins to read this very version.</summary>
    /// <param name="offset">The first byte; 0 where <see cref="AcceptsRanges"/> is <see langword="false"/>.</param>
    /// <param name="length">How many bytes are wanted.</param>
    /// <param name="cancellationToken">Ends the question and, as long as it lives, the reading.</param>
    /// <returns>The bytes from <paramref name="offset"/> on; disposing it early gives the connection up.</returns>
    /// <exception cref="ModelChangedException">Another version has taken this one's place.</exception>
    ValueTask<Stream> OpenReadAsync(long offset, long length, CancellationToken cancellationToken);
}
