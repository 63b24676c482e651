namespace ServerlessInference.Lambda;

/// <summary>Maps direct calls to models.</summary>
public static class DirectBuilderExtensions
{
    /// <summary>Answers direct calls and steps of state machines (Step Functions) with a model.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="model">The registered model. With several, the call's member <c>model</c> names one; the first one mapped is the default.</param>
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// <para>The call is one input: <c>{"base64":"…"}</c>, <c>{"text":"…"}</c>, <c>{"json":…}</c>, and where <see cref="DirectOptions.References"/> allows it <c>{"s3":"s3://bucket/key"}</c>,
    /// <c>{"bucket":"…","key":"…","versionId":"…"}</c> or <c>{"url":"https://…"}</c>. Or several of them: <c>{"inputs":[…]}</c>. The batches of a distributed map,
    /// <c>{"BatchInput":{"bucket":"…"},"Items":[{"Key":"…"}]}</c>, are taken too.</para>
    /// <para>Answer: <c>{"model":{…},"result":…}</c>; where the input cannot be used the invocation fails with <c>InvalidInputException</c>, which a state machine can catch. For several inputs:
    /// <c>{"results":[…]}</c> in their order, with <c>{"error":{"type","message"}}</c> for those that failed.</para>
    /// </remarks>
    /// <exception cref="InvalidOperationException">The model is mapped twice.</exception>
    public static InferenceFunctionBuilder MapDirect(this InferenceFunctionBuilder builder, string model, Action<DirectOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        var options = new DirectOptions();
        configure?.Invoke(options);
        builder.GetOrAddRoute(() => new DirectRoute(builder.Events)).Add(new DirectMapping(model, options));
        return builder;
    }
}
