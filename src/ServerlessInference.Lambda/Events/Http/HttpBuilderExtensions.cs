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
    /// <returns>The function.</returns>
    /// <remarks>
    /// <para><c>POST</c>: the body, raw or in base64, is the input. Answer: <c>{"model":{"name","version","source"},"result":…}</c>.</para>
    /// <para><c>GET</c>: <c>{"name","state","version","source","inputs","outputs"}</c>, with status 503 while the model is loading or could not be loaded.</para>
    /// <para>Errors are problem details (RFC 9457) with status 400, 404, 405, 413, 415, 422, 500, 503 or 504.</para>
    /// </remarks>
    public static InferenceFunctionBuilder MapHttp(this InferenceFunctionBuilder builder, string model, string pattern = "/")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        ArgumentNullException.ThrowIfNull(pattern);
        if (!pattern.StartsWith('/') || pattern.AsSpan().IndexOfAny('{', '}', '*') >= 0 || pattern.AsSpan().IndexOfAny('?', '#', ' ') >= 0)
        {
            throw new ArgumentException($"The path '{pattern}' must begin with a slash and hold no placeholder, query or space.", nameof(pattern));
        }

        builder.GetOrAddRoute(static () => new HttpRoute()).Add(model, pattern);
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
        HttpRoute route = builder.GetOrAddRoute(static () => new HttpRoute());
        configure(route.Cors ??= new CorsOptions());
        return builder;
    }
}
