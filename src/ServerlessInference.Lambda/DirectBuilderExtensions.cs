using ServerlessInference.Lambda.Events;
using ServerlessInference.Lambda.Events.Direct;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>Maps direct calls to models.</summary>
public static class DirectBuilderExtensions
{
    /// <summary>Answers direct calls and steps of state machines (Step Functions) with a model.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="model">
    /// The registered model. If several models are mapped, the call's member <c>model</c> names one; the one that was mapped first is the
    /// default.
    /// </param>
    /// <param name="results">
    /// Says where results are written in addition to the answer; <see langword="null"/>, the default, for nowhere. If the sink fails, the
    /// call fails.
    /// </param>
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// <para>The call contains one input: <c>{"base64":"…"}</c>, <c>{"text":"…"}</c>, <c>{"json":…}</c>, and if
    /// <see cref="DirectOptions.References"/> allows it, <c>{"s3":"s3://bucket/key"}</c>, <c>{"bucket":"…","key":"…","versionId":"…"}</c>
    /// or <c>{"url":"https://…"}</c>. Or it contains several of them: <c>{"inputs":[…]}</c>. The batches of a distributed map,
    /// <c>{"BatchInput":{"bucket":"…"},"Items":[{"Key":"…"}]}</c>, are accepted as well.</para>
    /// <para>Answer: <c>{"model":{…},"result":…}</c>. If the input is invalid, the invocation fails with <c>InvalidInputException</c>,
    /// which a state machine can catch. For several inputs: <c>{"results":[…]}</c> in their order, with <c>{"error":{"type","message"}}</c>
    /// for those that failed.</para>
    /// </remarks>
    /// <example>
    /// <code>app.MapDirect("shapes", configure: options => options.References.Buckets.Add("photos"));</code>
    /// </example>
    /// <exception cref="InvalidOperationException">The model is mapped twice.</exception>
    /// <exception cref="ArgumentException">No sink was named.</exception>
    public static InferenceFunctionBuilder MapDirect(
        this InferenceFunctionBuilder builder, string model, Action<ResultTarget>? results = null, Action<DirectOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        var options = new DirectOptions();
        configure?.Invoke(options);
        ResultTarget? target = results is null ? null : ResultTargets.Create(results);
        builder.GetOrAddRoute(() => new DirectRoute(builder.RouteContext)).Add(new DirectMapping(model, target, options));
        return builder;
    }
}
