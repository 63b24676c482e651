namespace ServerlessInference.Models;

/// <summary>Provides the location of a model: a URI that is stored outside the application and may change while it runs.</summary>
/// <remarks>
/// Implementations must be thread-safe. The value is cached for the lifetime that was set when the pointer was registered, so an
/// implementation does not need to cache it.
/// </remarks>
public interface IModelPointer
{
    /// <summary>Gets a description for logs and errors: a scheme and a place, such as <c>ssm:/models/yolo</c>.</summary>
    /// <remarks>It must not contain a secret.</remarks>
    string Description { get; }

    /// <summary>Reads the location of the model.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The location; leading and trailing white space is ignored.</returns>
    /// <exception cref="ModelLoadException">The pointer cannot be read; the message says what to do.</exception>
    ValueTask<string> ReadAsync(CancellationToken cancellationToken = default);
}
