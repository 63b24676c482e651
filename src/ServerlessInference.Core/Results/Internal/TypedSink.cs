namespace ServerlessInference.Results;

/// <summary>Passes results to a sink as objects of the pipeline's type.</summary>
internal sealed class TypedSink<T>(IResultSink<T> sink) : IResultSink
{
    public ValueTask WriteAsync(SinkRecord record, CancellationToken cancellationToken = default)
    {
        InferenceResult<T> typed = record.Result switch
        {
            InferenceResult<T> known => known,

            // If a record fails before it reaches the pipeline, its result has no type.
            { Error: { } error } => InferenceResult.Failed<T>(error, record.Result.Model, record.Result.Timings),
            _ => throw new InvalidOperationException(
                $"The sink takes results of {typeof(T).Name}, but the model '{record.Result.Model.Name}' answered with another type " +
                $"({record.Result.GetType().GenericTypeArguments[0].Name}). Pass ToTyped a sink for the type of the pipeline's answers."),
        };
        return sink.WriteAsync(record, typed, cancellationToken);
    }
}
