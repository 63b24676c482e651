using ServerlessInference.Lambda.Events;
using ServerlessInference.Lambda.Events.Records;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>Maps messages and records of queues, topics, event buses and streams to models.</summary>
/// <remarks>
/// The event source mapping must have <c>ReportBatchItemFailures</c> among its <c>FunctionResponseTypes</c>; without it, Lambda treats a
/// partly failed batch as a success. If a model cannot be loaded, the invocation fails and the whole batch is redelivered.
/// </remarks>
public static class RecordBuilderExtensions
{
    /// <summary>Answers messages of an SQS queue: each body is an input, and each result is written to a sink.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="model">The registered model.</param>
    /// <param name="results">Says where results are written.</param>
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// A message that SNS or EventBridge sent to the queue, or the failed event of a Lambda destination, is taken out of its envelope. A
    /// body <c>{"base64":"…"}</c> is the input in base64. A body that names an object or a URL names the input, if
    /// <see cref="QueueOptions.References"/> allows it. Every message that failed, including one with an invalid input, is reported and
    /// redelivered until the queue's redrive policy moves it. In a FIFO queue, all later messages of its group are reported with it and not
    /// written, so that the order is kept.
    /// </remarks>
    /// <example>
    /// <code>app.MapSqs("reviews", results => results.ToDynamoDb("scores"), queue => queue.SkipInvalidRecords = true);</code>
    /// </example>
    /// <exception cref="InvalidOperationException">SQS, or the same queue, is mapped already.</exception>
    /// <exception cref="ArgumentException">No sink was named.</exception>
    public static InferenceFunctionBuilder MapSqs(
        this InferenceFunctionBuilder builder, string model, Action<ResultTarget> results, Action<QueueOptions>? configure = null)
    {
        var options = new QueueOptions();
        configure?.Invoke(options);
        builder.Map(EventKind.Sqs, new RecordMapping(
            "MapSqs",
            model,
            options.Source,
            ResultTargets.Create(results),
            new RecordRules(options.SkipInvalidRecords, InOrder: false, options.ReferencesOrNull),
            payload => RecordReader.ReadSqs(payload, options.ReferencesOrNull)));
        builder.RouteContext.HasQueue = true;
        return builder;
    }

    /// <summary>
    /// Answers notifications that SNS delivers to the function: each message is an input, and each result is written to a sink.
    /// </summary>
    /// <param name="builder">The function.</param>
    /// <param name="model">The registered model.</param>
    /// <param name="results">Says where results are written.</param>
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// Lambda repeats a failed invocation twice and then sends it to the function's destination for failures. For more retries, subscribe a
    /// queue to the topic and use <see cref="MapSqs"/>, which also reads SNS notifications.
    /// </remarks>
    /// <example>
    /// <code>app.MapSns("reviews", results => results.ToDynamoDb("scores"));</code>
    /// </example>
    /// <exception cref="InvalidOperationException">SNS, or the same topic, is mapped already.</exception>
    /// <exception cref="ArgumentException">No sink was named.</exception>
    public static InferenceFunctionBuilder MapSns(
        this InferenceFunctionBuilder builder, string model, Action<ResultTarget> results, Action<SnsOptions>? configure = null)
    {
        var options = new SnsOptions();
        configure?.Invoke(options);
        builder.Map(EventKind.Sns, new RecordMapping(
            "MapSns",
            model,
            options.Source,
            ResultTargets.Create(results),
            new RecordRules(options.SkipInvalidRecords, InOrder: false, options.ReferencesOrNull),
            payload => RecordReader.ReadSns(payload, options.ReferencesOrNull)));
        builder.RouteContext.HasTopic = true;
        return builder;
    }

    /// <summary>
    /// Answers events that EventBridge delivers to the function: each event's <c>detail</c> is an input, and each result is written to a
    /// sink.
    /// </summary>
    /// <param name="builder">The function.</param>
    /// <param name="model">The registered model.</param>
    /// <param name="results">Says where results are written.</param>
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// Lambda repeats a failed invocation twice and then sends it to the function's destination for failures. Scheduled events are warm-ups
    /// unless <see cref="HandlerBuilderExtensions.MapScheduledEvents{TInput, TOutput}"/> maps them.
    /// </remarks>
    /// <example>
    /// <code>
    /// app.MapEvents("reviews", results => results.ToDynamoDb("scores"), events =>
    /// {
    ///     events.Source = "shop";
    ///     events.DetailType = "Review Posted";
    /// });
    /// </code>
    /// </example>
    /// <exception cref="InvalidOperationException">EventBridge, or the same source and type, is mapped already.</exception>
    /// <exception cref="ArgumentException">No sink was named.</exception>
    public static InferenceFunctionBuilder MapEvents(
        this InferenceFunctionBuilder builder, string model, Action<ResultTarget> results, Action<EventBridgeOptions>? configure = null)
    {
        var options = new EventBridgeOptions();
        configure?.Invoke(options);
        return builder.Map(EventKind.EventBridge, new RecordMapping(
            "MapEvents",
            model,
            options.Source,
            ResultTargets.Create(results),
            new RecordRules(options.SkipInvalidRecords, InOrder: false, options.ReferencesOrNull),
            payload => RecordReader.ReadEvent(payload, options.ReferencesOrNull))
        {
            DetailType = options.DetailType,
        });
    }

    /// <summary>Answers records of a Kinesis stream: each record's data is an input, and each result is written to a sink.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="model">The registered model.</param>
    /// <param name="results">Says where results are written.</param>
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// If the sink fails, the batch ends at that record; it and later records are redelivered. Records that the Kinesis Producer Library
    /// has aggregated, and data that is compressed with gzip, are unpacked.
    /// </remarks>
    /// <example>
    /// <code>app.MapKinesis("texts", results => results.ToS3("s3://scores/{date:yyyy/MM/dd}/{id}.json"));</code>
    /// </example>
    /// <exception cref="InvalidOperationException">Kinesis, or the same stream, is mapped already.</exception>
    /// <exception cref="ArgumentException">No sink was named.</exception>
    public static InferenceFunctionBuilder MapKinesis(
        this InferenceFunctionBuilder builder, string model, Action<ResultTarget> results, Action<StreamOptions>? configure = null)
    {
        var options = new StreamOptions();
        configure?.Invoke(options);
        return builder.MapStream(
            EventKind.Kinesis, "MapKinesis", model, results, options, payload => StreamRecordReader.ReadKinesis(payload, options));
    }

    /// <summary>
    /// Answers changes of a DynamoDB table: an attribute of each new image is an input, and each result is written to a sink.
    /// </summary>
    /// <param name="builder">The function.</param>
    /// <param name="model">The registered model.</param>
    /// <param name="results">Says where results are written.</param>
    /// <param name="configure">
    /// Sets options. <see cref="StreamOptions.Attribute"/> or <see cref="StreamOptions.Attributes"/> is required; the stream must contain
    /// new images.
    /// </param>
    /// <returns>The function.</returns>
    /// <remarks>If the sink fails, the batch ends at that record; it and later records are redelivered. Removals are skipped.</remarks>
    /// <example>
    /// <code>app.MapDynamoDbStream("texts", results => results.ToDynamoDb("scores"), stream => stream.Attribute = "review");</code>
    /// </example>
    /// <exception cref="InvalidOperationException">DynamoDB, or the same table, is mapped already.</exception>
    /// <exception cref="ArgumentException">No sink or no attribute was named.</exception>
    public static InferenceFunctionBuilder MapDynamoDbStream(
        this InferenceFunctionBuilder builder, string model, Action<ResultTarget> results, Action<StreamOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new StreamOptions();
        configure(options);
        if (!options.ReadsChanges)
        {
            throw new ArgumentException(
                "No attribute was named. Set the option Attribute to the attribute of the table's items that contains the input, or add " +
                "several to Attributes.",
                nameof(configure));
        }

        return builder.MapStream(
            EventKind.DynamoDb, "MapDynamoDbStream", model, results, options, payload => StreamRecordReader.ReadDynamoDb(payload, options));
    }

    /// <summary>
    /// Answers records of a Kafka topic, of Amazon MSK or of a cluster of your own: each value is an input, and each result is written to a
    /// sink.
    /// </summary>
    /// <param name="builder">The function.</param>
    /// <param name="model">The registered model.</param>
    /// <param name="results">Says where results are written.</param>
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// <para>The order of each partition is kept: after a failed record, no later record of its partition is begun, and Lambda redelivers
    /// the partition from the failed record on. Other partitions are not affected.</para>
    /// <para>A value that is compressed with gzip is decompressed. A value <c>{"base64":"…"}</c> is the input in base64. Keys and headers
    /// are not inputs, and records without a value (tombstones) are passed over.</para>
    /// </remarks>
    /// <example>
    /// <code>app.MapKafka("texts", results => results.ToDynamoDb("scores"), topic => topic.Source = "reviews");</code>
    /// </example>
    /// <exception cref="InvalidOperationException">Kafka, or the same topic, is mapped already.</exception>
    /// <exception cref="ArgumentException">No sink was named.</exception>
    public static InferenceFunctionBuilder MapKafka(
        this InferenceFunctionBuilder builder, string model, Action<ResultTarget> results, Action<KafkaOptions>? configure = null)
    {
        var options = new KafkaOptions();
        configure?.Invoke(options);
        var rules = new RecordRules(options.SkipInvalidRecords, InOrder: false, options.ReferencesOrNull)
        {
            WritesGroupsTogether = true,
            OrderedWrites = options.OrderedWrites,
        };
        return builder.Map(EventKind.Kafka, new RecordMapping(
            "MapKafka",
            model,
            options.Source,
            ResultTargets.Create(results),
            rules,
            payload => StreamRecordReader.ReadKafka(payload, options))
        {
            MaxInflatedBytes = options.MaxInflatedBytes,
        });
    }

    private static InferenceFunctionBuilder MapStream(
        this InferenceFunctionBuilder builder,
        EventKind kind,
        string method,
        string model,
        Action<ResultTarget> results,
        StreamOptions options,
        Func<ReadOnlyMemory<byte>, List<BatchRecord>> read)
    {
        if (options.Attribute is { Length: > 0 } && options.Attributes.Count > 0)
        {
            throw new ArgumentException("Both Attribute and Attributes are set. Set one of them.", nameof(options));
        }

        var rules = new RecordRules(options.SkipInvalidRecords, InOrder: true, Limits: null) { OrderedWrites = options.OrderedWrites };
        return builder.Map(kind, new RecordMapping(method, model, options.Source, ResultTargets.Create(results), rules, read)
        {
            MaxInflatedBytes = options.MaxInflatedBytes,
        });
    }

    private static InferenceFunctionBuilder Map(this InferenceFunctionBuilder builder, EventKind kind, RecordMapping mapping)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(mapping.Model);
        builder.GetOrAddRecordRoute(kind).Add(mapping);
        return builder;
    }
}
