namespace ServerlessInference.Lambda;

/// <summary>Maps batches of records to models: queues and streams.</summary>
/// <remarks>
/// The event source mapping must have <c>ReportBatchItemFailures</c> among its <c>FunctionResponseTypes</c>; without it Lambda takes a
/// partly failed batch for a success. When a model cannot be loaded, the invocation fails and the whole batch comes again.
/// </remarks>
public static class RecordBuilderExtensions
{
    /// <summary>Answers messages of an SQS queue: each body is an input, each result goes to a sink.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="model">The registered model.</param>
    /// <param name="results">Says where results go.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// Every message that failed, an unusable one too, is reported and comes again until the queue's redrive policy moves it. In a FIFO
    /// queue all later messages of its group are reported with it and not written, so that order is kept.
    /// </remarks>
    /// <exception cref="InvalidOperationException">SQS is mapped already.</exception>
    public static InferenceFunctionBuilder MapSqs(this InferenceFunctionBuilder builder, string model, Action<ResultTarget> results) =>
        builder.Map(new RecordRoute(EventKind.Sqs, model, SinkOf(results), static payload => RecordReader.ReadSqs(payload), stream: null));

    /// <summary>Answers records of a Kinesis stream: each record's data is an input, each result goes to a sink.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="model">The registered model.</param>
    /// <param name="results">Says where results go.</param>
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>A sink that fails ends the batch at that record; Lambda delivers from there again.</remarks>
    /// <exception cref="InvalidOperationException">Kinesis is mapped already.</exception>
    public static InferenceFunctionBuilder MapKinesis(
        this InferenceFunctionBuilder builder, string model, Action<ResultTarget> results, Action<StreamOptions>? configure = null) =>
        builder.Map(new RecordRoute(EventKind.Kinesis, model, SinkOf(results), static payload => RecordReader.ReadKinesis(payload), Options(configure)));

    /// <summary>Answers changes of a DynamoDB table: an attribute of each new image is an input, each result goes to a sink.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="model">The registered model.</param>
    /// <param name="attribute">The attribute, of the type <c>S</c> (taken as UTF-8) or <c>B</c>. The stream must have new images; removals are passed over.</param>
    /// <param name="results">Says where results go.</param>
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>A sink that fails ends the batch at that record; Lambda delivers from there again.</remarks>
    /// <exception cref="InvalidOperationException">DynamoDB is mapped already.</exception>
    public static InferenceFunctionBuilder MapDynamoDbStream(
        this InferenceFunctionBuilder builder, string model, string attribute, Action<ResultTarget> results, Action<StreamOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(attribute);
        return builder.Map(new RecordRoute(
            EventKind.DynamoDb, model, SinkOf(results), payload => RecordReader.ReadDynamoDb(payload, attribute), Options(configure)));
    }

    private static InferenceFunctionBuilder Map(this InferenceFunctionBuilder builder, RecordRoute route)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddRecordRoute(route);
        return builder;
    }

    private static ResultTarget SinkOf(Action<ResultTarget> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var target = new ResultTarget();
        results(target);
        return target.Factory is not null ? target : throw new ArgumentException("No sink was named. Call To with one.", nameof(results));
    }

    private static StreamOptions Options(Action<StreamOptions>? configure)
    {
        var options = new StreamOptions();
        configure?.Invoke(options);
        return options;
    }
}
