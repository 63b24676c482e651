namespace ServerlessInference.Models;

/// <summary>Makes sources of URIs of a scheme: how another package adds its sources to configuration.</summary>
public interface IModelSourceFactory
{
    /// <summary>Gets the scheme, without the colon: <c>s3</c>.</summary>
    string Scheme { get; }

    /// <summary>Makes a source.</summary>
    /// <param name="uri">The whole URI.</param>
    /// <returns>The source.</returns>
    /// <exception cref="ArgumentException">The URI is not of the form that this scheme needs.</exception>
    IModelSource Create(string uri);
}
