using ServerlessInference.Lambda.Events;
using ServerlessInference.Lambda.Events.Http;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>Maps HTTP requests to models.</summary>
public static class HttpBuilderExtensions
{
    /// <summary>
    /// Answers HTTP requests with a model: requests from API Gateway (both payload formats), a function URL or an Application Load
    /// Balancer.
    /// </summary>
    /// <param name="builder">The function.</param>
    /// <param name="model">The registered model.</param>
    /// <param name="pattern">
    /// The path, such as <c>/shapes</c>. The default, <c>/</c>, stands for every path if it is the only one that is mapped. A stage in
    /// front of the path and a slash at its end do not matter.
    /// </param>
    /// <param name="results">
    /// Says where results are written in addition to the answer; <see langword="null"/>, the default, for nowhere. If the sink fails, the
    /// request fails.
    /// </param>
    /// <param name="configure">Sets options; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// <para><c>POST</c>: the body is the input, as bytes, in base64, as a data URL, as JSON <c>{"base64":"…"}</c> or
    /// <c>{"image":"…"}</c>, or as a file of a form (<c>multipart/form-data</c>); it may be compressed with gzip or deflate. If
    /// <see cref="HttpInputOptions.References"/> allows it, <c>{"s3":"s3://bucket/key"}</c>, <c>{"bucket":"…","key":"…"}</c> or
    /// <c>{"url":"https://…"}</c> names the input. Answer: <c>{"model":{"name","version","source"},"result":…}</c>.</para>
    /// <para>Several files of a form, and <c>{"instances":[{"b64":"…"}]}</c>, are answered together: <c>{"results":[…]}</c> in their order,
    /// with <c>{"error":{"type","message"}}</c> for those that failed.</para>
    /// <para><c>GET</c>: <c>{"name","state","version","source","inputs","outputs"}</c>, with status 503 while the model is loading or if it
    /// could not be loaded.</para>
    /// <para>Errors are problem details (RFC 9457) with status 400, 404, 405, 413, 415, 422, 500, 502, 503 or 504.</para>
    /// </remarks>
    /// <example>
    /// <code>
    /// app.MapHttp("shapes", "/shapes")
    ///    .MapHttp("digits", "/digits", results => results.ToDynamoDb("digits"));
    /// </code>
    /// </example>
    /// <exception cref="ArgumentException">The path is invalid, or no sink was named.</exception>
    public static InferenceFunctionBuilder MapHttp(
        this InferenceFunctionBuilder builder,
        string model,
        string pattern = "/",
        Action<ResultTarget>? results = null,
        Action<HttpInputOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        ArgumentNullException.ThrowIfNull(pattern);
        if (!pattern.StartsWith('/') || pattern.AsSpan().IndexOfAny('{', '}', '*') >= 0 || pattern.AsSpan().IndexOfAny('?', '#', ' ') >= 0)
        {
            throw new ArgumentException(
                $"The path '{pattern}' must begin with a slash and must not contain placeholders, a query or spaces.", nameof(pattern));
        }

        var options = new HttpInputOptions();
        configure?.Invoke(options);
        ResultTarget? target = results is null ? null : ResultTargets.Create(results);
        HttpRoute route = builder.GetOrAddRoute(static () => new HttpRoute());
        route.Add(new InferenceEndpoint(model, pattern, options, target, builder.RouteContext));
        route.Add(new ModelStatusEndpoint(model, pattern));
        return builder;
    }

    /// <summary>
    /// Lets a path precede the mapped paths, as the base path of a custom domain of API Gateway does: with <c>/v1</c>, a request for
    /// <c>/v1/shapes</c> is answered like one for <c>/shapes</c>.
    /// </summary>
    /// <param name="builder">The function.</param>
    /// <param name="basePath">The path, such as <c>/v1</c>. Several calls add several paths.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// API Gateway sends the base path of a domain as a part of the request's path. Paths that are mapped as they are come first. It is not
    /// needed if only one path is mapped, the default <c>/</c>.
    /// </remarks>
    /// <example>
    /// <code>app.MapHttp("shapes", "/shapes").MapHttp("digits", "/digits").StripBasePath("/v1");</code>
    /// </example>
    /// <exception cref="ArgumentException">The path does not begin with a slash, or is only a slash.</exception>
    public static InferenceFunctionBuilder StripBasePath(this InferenceFunctionBuilder builder, string basePath)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(basePath);
        if (!basePath.StartsWith('/') || basePath.Trim('/').Length == 0)
        {
            throw new ArgumentException($"The base path '{basePath}' must begin with a slash and have a name: /v1.", nameof(basePath));
        }

        builder.GetOrAddRoute(static () => new HttpRoute()).AddBasePath(basePath);
        return builder;
    }

    /// <summary>Lets browsers call the mapped paths from pages of other origins, and answers their preflight requests.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="configure">Names the origins.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// HTTP APIs and function URLs can do the same before they call the function, which costs nothing: prefer their CORS settings where you
    /// have them.
    /// </remarks>
    /// <example>
    /// <code>app.MapHttp("shapes").UseCors(cors => cors.Origins.Add("https://example.com"));</code>
    /// </example>
    public static InferenceFunctionBuilder UseCors(this InferenceFunctionBuilder builder, Action<CorsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        HttpRoute route = builder.GetOrAddRoute(static () => new HttpRoute());
        configure(route.Cors ??= new CorsOptions());
        return builder;
    }
}
