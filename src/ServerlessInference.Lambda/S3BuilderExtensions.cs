using ServerlessInference.Lambda.Events;
using ServerlessInference.Lambda.Events.S3;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>Maps objects in S3 to models.</summary>
public static class S3BuilderExtensions
{
    /// <summary>
    /// Answers events about new objects: each object is an input, and each result is written to a sink. Events may arrive directly, or
    /// through SNS, SQS or EventBridge.
    /// </summary>
    /// <param name="builder">The function.</param>
    /// <param name="model">The registered model.</param>
    /// <param name="results">Says where results are written: <c>results.ToS3("s3://labels/{key}.json")</c>.</param>
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// <para>Objects of one event are processed together. In SQS the messages of failed objects are reported. Otherwise the invocation
    /// fails after all other objects were processed, its error names the failed objects, and Lambda repeats it. The test event of S3, and
    /// events about anything but new objects, are answered without doing anything.</para>
    /// <para>Results that would be new objects of the same kind are refused: during initialization if that can be known, otherwise at the
    /// first event.</para>
    /// <para>The function's role needs <c>s3:GetObject</c> on the objects, and <c>s3:GetObjectVersion</c> if the bucket is
    /// versioned.</para>
    /// </remarks>
    /// <example>
    /// <code>
    /// app.MapS3Objects(
    ///     "shapes",
    ///     results => results.ToS3("s3://labels/{key}.json"),
    ///     objects => objects.Sources.Add("s3://photos/incoming/*.jpg"));
    /// </code>
    /// </example>
    /// <exception cref="InvalidOperationException">Two models are mapped to the same objects.</exception>
    /// <exception cref="ArgumentException">A source is not a valid pattern, or no sink was named.</exception>
    public static InferenceFunctionBuilder MapS3Objects(
        this InferenceFunctionBuilder builder, string model, Action<ResultTarget> results, Action<S3ObjectOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        var options = new S3ObjectOptions();
        configure?.Invoke(options);
        builder.GetOrAddRoute(() => new S3ObjectRoute(builder.RouteContext))
            .Add(new S3ObjectMapping(model, ResultTargets.Create(results), options));
        builder.RouteContext.HasObjects = true;
        return builder;
    }

    /// <summary>Answers tasks of S3 Batch Operations, of both schema versions: each object of the job is an input.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="model">
    /// The registered model. If several models are mapped, a job's user argument <c>model</c> names one (schema 2.0); the one that was
    /// mapped first is the default.
    /// </param>
    /// <param name="results">
    /// Says where results are written; <see langword="null"/>, the default, writes them to the job's report only.
    /// </param>
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// A task's result code is <c>Succeeded</c>, with the result's JSON (up to 1,024 characters) for the report; <c>PermanentFailure</c>
    /// for an invalid object; or <c>TemporaryFailure</c>, after which S3 repeats the task.
    /// </remarks>
    /// <example>
    /// <code>app.MapS3Batch("tags", results => results.ToDynamoDb("tags"));</code>
    /// </example>
    /// <exception cref="InvalidOperationException">The model is mapped twice.</exception>
    /// <exception cref="ArgumentException">No sink was named.</exception>
    public static InferenceFunctionBuilder MapS3Batch(
        this InferenceFunctionBuilder builder, string model, Action<ResultTarget>? results = null, Action<S3BatchOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        var options = new S3BatchOptions();
        configure?.Invoke(options);
        ResultTarget target = results is null ? new ResultTarget().ToNothing() : ResultTargets.Create(results);
        builder.GetOrAddRoute(() => new S3BatchRoute(builder.RouteContext)).Add(new S3BatchMapping(model, target, options));
        return builder;
    }
}
