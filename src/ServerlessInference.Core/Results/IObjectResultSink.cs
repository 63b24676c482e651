namespace ServerlessInference.Results;

/// <summary>A sink that writes objects to a bucket, and declares which ones.</summary>
/// <remarks>
/// A function that is invoked for new objects uses this to make sure that its own results do not invoke it again. The targets are read
/// while the function is initialised. Implementations must be thread-safe, like those of <see cref="IResultSink"/>.
/// </remarks>
public interface IObjectResultSink : IResultSink
{
    /// <summary>Gets the objects that may be written. A pattern without a bucket refers to the bucket of the record's object.</summary>
    IReadOnlyList<ObjectPattern> Targets { get; }
}
