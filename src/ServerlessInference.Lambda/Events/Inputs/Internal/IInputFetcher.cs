using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.Inputs;

/// <summary>Fetches the inputs that events name.</summary>
/// <remarks>
/// It is an interface so that the native program of a function that allows no references contains neither an S3 client nor an HTTP client.
/// </remarks>
internal interface IInputFetcher
{
    /// <summary>Fetches an input.</summary>
    /// <param name="reference">The input's location.</param>
    /// <param name="limits">The limits of size and time.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The bytes, and the object that was read, with its version; <see langword="null"/> for a URL.</returns>
    /// <exception cref="InvalidInputException">The input does not exist, is too large, or must not be fetched.</exception>
    /// <exception cref="IOException">The input cannot be fetched at the moment.</exception>
    ValueTask<(ReadOnlyMemory<byte> Content, ObjectReference? Item)> FetchAsync(
        InputReference reference, ReferenceOptions limits, CancellationToken cancellationToken);
}
