namespace ServerlessInference.Models;

/// <summary>
/// Creates model sources from URIs of one scheme. A package implements it to make its sources available in configuration.
/// </summary>
public interface IModelSourceFactory
{
    /// <summary>Gets the scheme, without the colon: <c>s3</c>.</summary>
    string Scheme { get; }

    /// <summary>Creates a source.</summary>
    /// <param name="uri">The URI, including the scheme.</param>
    /// <returns>The source.</returns>
    /// <exception cref="ArgumentException">The URI does not have the form that this scheme requires.</exception>
    IModelSource Create(string uri);
}
