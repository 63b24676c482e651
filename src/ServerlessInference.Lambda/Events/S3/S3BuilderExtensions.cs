using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>Maps objects of S3 to models.</summary>
public static class S3BuilderExtensions
{
    /// <summary>Answers events about new objects: each object is an input, each result goes to a sink. Events may come directly, or by SNS, SQS or EventBridge.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="model">The registered model.</param>
    /// <param name="results">Says where results go: <c>results.ToS3("s3://labels/{key}.json")</c>.</param>
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// <para>Objects of one event are answered together. In SQS the messages of failed objects are reported; otherwise the invocation fails, after all other objects are done, and names the
    /// failed ones, and Lambda repeats it. The test event of S3, and events other than about new objects, are answered and change nothing.</para>
    /// <para>Results that would be new objects of the same kind are refused: at the start where that can be known, else at the first event.</para>
    /// <para>The function's role needs <c>s3:GetObject</c> on the objects, <c>s3:GetObjectVersion</c> where the bucket keeps versions.</para>
    /// </remarks>
    /// <exception cref="InvalidOperationException">Two models are mapped to the same objects.</exception>
    /// <exception cref="ArgumentException">A source is no pattern, or no sink was named.</exception>
    public static InferenceFunctionBuilder MapS3Objects(
        this InferenceFunctionBuilder builder, string model, Action<ResultTarget> results, Action<S3ObjectOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        var options = new S3ObjectOptions();
        configure?.Invoke(options);
        builder.GetOrAddRoute(() => new S3ObjectRoute(builder.Events)).Add(new S3ObjectMapping(model, RecordBuilderExtensions.SinkOf(results), options));
        builder.Events.HasObjects = true;
        return builder;
    }

    /// <summary>Answers tasks of S3 Batch Operations, of both schema versions: each object of the job is an input.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="model">The registered model. With several models, a job's user argument <c>model</c> names one (schema 2.0); the first one mapped is the default.</param>
    /// <param name="results">Says where results go; <see langword="null"/> for nowhere but into the job's report.</param>
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// A task's result code is <c>Succeeded</c>, with the answer's JSON (up to 1,024 characters) for the report, <c>PermanentFailure</c> for an object that can never be answered, or
    /// <c>TemporaryFailure</c>, and then S3 repeats the task.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The model is mapped twice.</exception>
    public static InferenceFunctionBuilder MapS3Batch(
        this InferenceFunctionBuilder builder, string model, Action<ResultTarget>? results = null, Action<S3BatchOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        var options = new S3BatchOptions();
        configure?.Invoke(options);
        ResultTarget target = results is null ? new ResultTarget().ToNothing() : RecordBuilderExtensions.SinkOf(results);
        builder.GetOrAddRoute(() => new S3BatchRoute(builder.Events)).Add(new S3BatchMapping(model, target, options));
        return builder;
    }
}
