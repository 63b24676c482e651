using ServerlessInference.Lambda.Events;
using ServerlessInference.Lambda.Events.Firehose;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>Maps the records of Firehose streams to models.</summary>
public static class FirehoseBuilderExtensions
{
    /// <summary>Transforms the records of a Firehose stream: each record is replaced with the model's result for it.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="model">The registered model.</param>
    /// <param name="results">
    /// Says where results are written in addition to the stream's destination; <see langword="null"/>, the default, for nowhere.
    /// </param>
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// <para>A record's data is the input, decompressed if it is gzip. The new data is a line of JSON,
    /// <c>{"source":{"origin","id"},"model":{…},"result":…}</c>, with a line break at its end.</para>
    /// <para>The result of a record is <c>Ok</c>; <c>Dropped</c> for an invalid input if <see cref="FirehoseOptions.SkipInvalidRecords"/>
    /// is set; otherwise <c>ProcessingFailed</c>, after which Firehose delivers the original record to the error prefix. If the model
    /// cannot be loaded, the invocation fails, and Firehose repeats it.</para>
    /// <para>The answer has at most 6 MB. Records that do not fit are reported as <c>ProcessingFailed</c> and logged: reduce the buffer
    /// size of the transformation.</para>
    /// </remarks>
    /// <example>
    /// <code>app.MapFirehose("reviews", configure: firehose => firehose.SkipInvalidRecords = true);</code>
    /// </example>
    /// <exception cref="InvalidOperationException">Firehose, or the same stream, is mapped already.</exception>
    /// <exception cref="ArgumentException">No sink was named.</exception>
    public static InferenceFunctionBuilder MapFirehose(
        this InferenceFunctionBuilder builder,
        string model,
        Action<ResultTarget>? results = null,
        Action<FirehoseOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        var options = new FirehoseOptions();
        configure?.Invoke(options);
        ResultTarget? target = results is null ? null : ResultTargets.Create(results);
        builder.GetOrAddRoute(static () => new FirehoseRoute()).Add(new FirehoseMapping(model, target, options));
        return builder;
    }
}
