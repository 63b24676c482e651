using ServerlessInference.Results;

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
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// A body <c>{"base64":"…"}</c> is the input in base64; one that names an object or a URL names the input, where
    /// <see cref="QueueOptions.References"/> allows it. Every message that failed, an unusable one too, is reported and comes again until the queue's redrive policy moves it. In a FIFO
    /// queue all later messages of its group are reported with it and not written, so that order is kept.
    /// </remarks>
    /// <exception cref="InvalidOperationException">SQS is mapped already.</exception>
    public static InferenceFunctionBuilder MapSqs(
        this InferenceFunctionBuilder builder, string model, Action<ResultTarget> results, Action<QueueOptions>? configure = null)
    {
        var options = new QueueOptions();
        configure?.Invoke(options);
        builder.Map(EventKind.Sqs, new RecordMapping(
            "MapSqs",
            model,
            options.Source,
            SinkOf(results),
            new RecordRules(options.PassOverUnusable, InOrder: false, options.ReferencesOrNull),
            payload => RecordReader.ReadSqs(payload, options.ReferencesOrNull)));
        builder.Events.HasQueue = true;
        return builder;
    }

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
        builder.MapStream(EventKind.Kinesis, "MapKinesis", model, results, configure, static (payload, options) => RecordReader.ReadKinesis(payload, options.Attribute));

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
        return builder.MapStream(EventKind.DynamoDb, "MapDynamoDbStream", model, results, configure, (payload, _) => RecordReader.ReadDynamoDb(payload, attribute));
    }

    internal static ResultTarget SinkOf(Action<ResultTarget> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var target = new ResultTarget();
        results(target);
        return target.IsEmpty
            ? throw new ArgumentException("No sink was named. Call To with one, ToS3 or ToDynamoDb, or ToNothing where results are of no interest.", nameof(results))
            : target;
    }

    private static InferenceFunctionBuilder MapStream(
        this InferenceFunctionBuilder builder,
        EventKind kind,
        string method,
        string model,
        Action<ResultTarget> results,
        Action<StreamOptions>? configure,
        Func<ReadOnlyMemory<byte>, StreamOptions, List<BatchRecord>> read)
    {
        var options = new StreamOptions();
        configure?.Invoke(options);
        var rules = new RecordRules(options.PassOverUnusable, InOrder: true, Limits: null);
        return builder.Map(kind, new RecordMapping(method, model, options.Source, SinkOf(results), rules, payload => read(payload, options)));
    }

    private static InferenceFunctionBuilder Map(this InferenceFunctionBuilder builder, EventKind kind, RecordMapping mapping)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(mapping.Model);
        builder.GetOrAddRecordRoute(kind).Add(mapping);
        return builder;
    }
}
