using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>Fetches inputs that an event names.</summary>
/// <remarks>An interface, so that a function whose events name nothing has neither a client of S3 nor of the web in its native program.</remarks>
internal interface IInputFetcher
{
    /// <summary>Fetches an input.</summary>
    /// <param name="reference">Where it lies.</param>
    /// <param name="limits">How much and how long.</param>
    /// <param name="cancellationToken">Ends the fetching.</param>
    /// <returns>The bytes, and the object as it was found; <see langword="null"/> for a URL.</returns>
    /// <exception cref="InvalidInputException">There is no such input, or it is too large, or must not be fetched.</exception>
    /// <exception cref="IOException">It cannot be fetched at the moment.</exception>
    ValueTask<(ReadOnlyMemory<byte> Content, ObjectReference? Item)> FetchAsync(InputReference reference, ReferenceOptions limits, CancellationToken cancellationToken);
}
