namespace ServerlessInference.Results;

/// <summary>A sink that writes objects, and says which, so that a function which is called for new objects does not call itself.</summary>
/// <remarks>Called from many threads at once, as <see cref="IResultSink"/> is; where it writes is asked while the function is initialised.</remarks>
public interface IObjectResultSink : IResultSink
{
    /// <summary>Gets where results may go. A pattern without a bucket stands for the bucket of the record's own object.</summary>
    IReadOnlyList<ObjectPattern> Targets { get; }
}
