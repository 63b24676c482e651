namespace ServerlessInference.Lambda;

/// <summary>Maps HTTP requests to models.</summary>
public static class HttpBuilderExtensions
{
    /// <summary>Answers HTTP requests with a model: from API Gateway (both payload formats), a function URL or an Application Load Balancer.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="model">The registered model.</param>
    /// <param name="pattern">
    /// The path, such as <c>/shapes</c>. The default, <c>/</c>, is every path as long as it is the only one mapped. A stage in front of
    /// the path, and a slash at its end, do not matter.
    /// </param>
    /// <param name="configure">Lets requests name their input, or results go to a sink as well; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// <para><c>POST</c>: the body, raw, in base64, or as JSON <c>{"base64":"…"}</c>, is the input; where it is allowed, <c>{"s3":"s3://bucket/key"}</c>,
    /// <c>{"bucket":"…","key":"…"}</c> or <c>{"url":"https://…"}</c> names it. Answer: <c>{"model":{"name","version","source"},"result":…}</c>.</para>
    /// <para><c>GET</c>: <c>{"name","state","version","source","inputs","outputs"}</c>, with status 503 while the model is loading or could not be loaded.</para>
    /// <para>Errors are problem details (RFC 9457) with status 400, 404, 405, 413, 415, 422, 500, 502, 503 or 504.</para>
    /// </remarks>
    public static InferenceFunctionBuilder MapHttp(this InferenceFunctionBuilder builder, string model, string pattern = "/", Action<HttpInputOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        ArgumentNullException.ThrowIfNull(pattern);
        if (!pattern.StartsWith('/') || pattern.AsSpan().IndexOfAny('{', '}', '*') >= 0 || pattern.AsSpan().IndexOfAny('?', '#', ' ') >= 0)
        {
            throw new ArgumentException($"The path '{pattern}' must begin with a slash and hold no placeholder, query or space.", nameof(pattern));
        }

        HttpInputOptions? options = null;
        if (configure is not null)
        {
            configure(options = new HttpInputOptions());
        }

        builder.GetOrAddRoute(() => new HttpRoute(builder.Events)).Add(model, pattern, options);
        return builder;
    }

    /// <summary>Lets browsers call the mapped paths from pages of other origins, and answers their preflights.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="configure">Names the origins.</param>
    /// <returns>The function.</returns>
    /// <remarks>HTTP APIs and function URLs can do the same before the function is called, which costs nothing: prefer their CORS settings where you have them.</remarks>
    public static InferenceFunctionBuilder UseCors(this InferenceFunctionBuilder builder, Action<CorsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        HttpRoute route = builder.GetOrAddRoute(() => new HttpRoute(builder.Events));
        configure(route.Cors ??= new CorsOptions());
        return builder;
    }
}
