namespace ServerlessInference.Models.Pointers;

/// <summary>A source of models whose location is read from a pointer.</summary>
internal interface IPointedSource : IModelSource
{
    /// <summary>Returns whether the pointer now names another location than when a version or files were last asked for.</summary>
    /// <param name="cancellationToken">Cancels the reading of the pointer.</param>
    /// <returns><see langword="false"/> also if the pointer cannot be read.</returns>
    ValueTask<bool> HasMovedAsync(CancellationToken cancellationToken);
}
