namespace ServerlessInference.Results;

/// <summary>Gives results to a sink of the pipeline's own type.</summary>
internal sealed class TypedSink<T>(IResultSink<T> sink) : IResultSink
{
    public ValueTask WriteAsync(SinkRecord record, CancellationToken cancellationToken = default)
    {
        InferenceResult<T> typed = record.Result switch
        {
            InferenceResult<T> known => known,

            // What never reached the pipeline has an error of no particular type.
            { Error: { } error } => InferenceResult.Failed<T>(error, record.Result.Model, record.Result.Timings),
            _ => throw new InvalidOperationException(
                $"The sink takes results of {typeof(T).Name}, but the model '{record.Result.Model.Name}' answered with another type ({record.Result.GetType().GenericTypeArguments[0].Name}). " +
                "Give ToTyped a sink of the type that the model's pipeline answers."),
        };
        return sink.WriteAsync(record, typed, cancellationToken);
    }
}
