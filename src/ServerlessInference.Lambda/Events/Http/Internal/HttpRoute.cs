using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessInference.Pipelines;
using ServerlessInference.Results;
using ServerlessInference.Sessions;

namespace ServerlessInference.Lambda;

/// <summary>Answers HTTP requests: each path with its model.</summary>
internal sealed partial class HttpRoute(EventMap events) : IEventRoute
{
    private const string Allowed = "GET, HEAD, POST";

    private readonly List<HttpEndpoint> _endpoints = [];
    private IModelRegistry? _registry;
    private FunctionServices? _services;

    /// <summary>Gets or sets which other origins may call; <see langword="null"/> where that is nobody's concern.</summary>
    public CorsOptions? Cors { get; set; }

    public string Description => "HTTP " + string.Join(", ", _endpoints.Select(endpoint => $"'{(endpoint.Path.Length == 0 ? "/" : endpoint.Path)}' (model '{endpoint.Model}')"));

    public void Add(string model, string pattern, HttpInputOptions? options) => _endpoints.Add(new HttpEndpoint(model, pattern, options));

    public bool CanHandle(EventKind kind) => kind is EventKind.HttpV2 or EventKind.HttpV1 or EventKind.LoadBalancer;

    public void Prepare(FunctionServices services, ICollection<string> failures)
    {
        _registry = services.HasModels ? services.Provider.GetRequiredService<IModelRegistry>() : null;
        _services = services;
        Cors?.Validate(failures);
        for (int i = 0; i < _endpoints.Count; i++)
        {
            HttpEndpoint endpoint = _endpoints[i];
            if (_endpoints.FindIndex(other => other.Path == endpoint.Path) < i)
            {
                failures.Add($"MapHttp: the path '{endpoint.Path}/' is mapped twice, the second time to the model '{endpoint.Model}'. Give each model a path of its own.");
            }

            endpoint.Pipeline = ModelPipelines.Find(services, endpoint.Model, "MapHttp", failures);
            endpoint.Options?.ReferencesOrNull?.Validate("MapHttp", failures);
            endpoint.Sink = endpoint.Options?.Results.Create(services.Provider);
        }
    }

    // How a model is can be asked at any time, as soon as the route is prepared.
    public bool CanAnswerWithoutModels(Invocation invocation) => _registry is not null && HttpRequest.Read(invocation.Payload.Span).Method != "POST";

    public ValueTask HandleAsync(Invocation invocation, EventKind kind, CancellationToken cancellationToken)
    {
        invocation.AllowOrigin = null;
        invocation.ListsOfHeaders = false;
        HttpRequest request = HttpRequest.Read(invocation.Payload.Span, withOrigin: Cors is not null);
        invocation.AllowOrigin = Cors?.Allow(request.Origin);
        invocation.ListsOfHeaders = kind == EventKind.LoadBalancer && request.HasListsOnly;
        if ((Find(request.Path) ?? Find(request.WholePath)) is not { } endpoint)
        {
            HttpAnswer.WriteProblem(
                invocation, kind, 404, $"There is nothing at this path. Mapped: {string.Join(", ", _endpoints.Select(known => known.Path.Length == 0 ? "/" : known.Path))}.");
            return ValueTask.CompletedTask;
        }

        switch (request.Method)
        {
            case "POST":
                return InferAsync(invocation, kind, request, endpoint, cancellationToken);
            case "GET" or "HEAD":
                return WriteStatusAsync(invocation, kind, endpoint, cancellationToken);
            case "OPTIONS" when Cors is not null && request.Origin is not null:
                HttpAnswer.WritePreflight(invocation, kind, Cors, Allowed);
                return ValueTask.CompletedTask;
            default:
                HttpAnswer.WriteProblem(invocation, kind, 405, $"Send POST with an input as the body, or GET for the model's state. Allowed: {Allowed}.", Allowed);
                return ValueTask.CompletedTask;
        }
    }

    public byte[]? CreateHarmlessEvent()
    {
        if (_endpoints.Count == 0)
        {
            return null;
        }

        ReadOnlyMemory<byte> sample = (_endpoints[0].Pipeline as IDryRunnable)?.SampleInput ?? default;
        return Encoding.UTF8.GetBytes(
            "{\"version\":\"2.0\",\"rawPath\":\"" + JsonEncodedText.Encode(_endpoints[0].Path) + "\",\"requestContext\":{\"http\":{\"method\":\"" +
            (sample.IsEmpty ? "GET\"}}}" : "POST\"}},\"body\":\"" + Convert.ToBase64String(sample.Span) + "\",\"isBase64Encoded\":true}"));
    }

    public bool TryAnswerFailure(Invocation invocation, EventKind kind, Failure failure)
    {
        HttpAnswer.WriteProblem(invocation, kind, failure.Status, failure.Error.Message);
        return true;
    }

    private async ValueTask InferAsync(
        Invocation invocation, EventKind kind, HttpRequest request, HttpEndpoint endpoint, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> body = request.DecodeBody(invocation.Payload);
        if (body.IsEmpty)
        {
            throw new InvalidInputException("The request has no body. Send the input as the body.");
        }

        // Images and the like are no JSON: not even looked into, which would be more to compile before the first answer.
        RecordInput input = body.Span[0] is (byte)'{' or (byte)' ' or (byte)'\r' or (byte)'\n' or (byte)'\t'
            ? InputEnvelope.Read(body, endpoint.Options?.ReferencesOrNull, bareText: false)
            : new RecordInput(body, null);
        ObjectReference? item = null;
        if (input.Reference is { } reference)
        {
            try
            {
                (body, item) = await events.Fetcher(_services!, endpoint.Options!.ReferencesOrNull)!.FetchAsync(reference, endpoint.Options.ReferencesOrNull!, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException exception)
            {
                LogNotFetched(_services!.CreateLogger("ServerlessInference.Lambda"), exception);
                HttpAnswer.WriteProblem(
                    invocation, kind, 502, $"The input that the request names cannot be fetched at the moment. Request {invocation.Context.RequestId} in the function's log says why.");
                return;
            }
        }
        else
        {
            body = input.Content;
        }

        IReadOnlyList<InferenceResult>? results = invocation.Rehearsal
            ? endpoint.Pipeline is IDryRunnable runnable ? await runnable.DryRunAsync([body], cancellationToken).ConfigureAwait(false) : null
            : await endpoint.Pipeline!.RunAsync([body], cancellationToken).ConfigureAwait(false);
        if (results is null)
        {
            return;
        }

        InferenceResult result = results[0];
        if (endpoint.Sink is not null && !invocation.Rehearsal && (result.Error is null or InvalidInputException))
        {
            await StoreAsync(invocation, endpoint, result, item, cancellationToken).ConfigureAwait(false);
        }

        if (result.Error is { } error)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
        }

        Utf8JsonWriter inner = invocation.BeginInner();
        inner.WriteStartObject();
        inner.WriteStartObject("model"u8);
        ModelJson.WriteMembers(inner, result.Model);
        inner.WriteEndObject();
        inner.WritePropertyName("result"u8);
        endpoint.Pipeline!.WriteValue(result, inner);
        inner.WriteEndObject();
        inner.Flush();
        HttpAnswer.Write(invocation, kind, 200, HttpAnswer.Json);
    }

    /// <summary>Gives a result to the sink before the caller hears of it: a sink that fails fails the request.</summary>
    private async ValueTask StoreAsync(Invocation invocation, HttpEndpoint endpoint, InferenceResult result, ObjectReference? item, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> json = default;
        if (result.IsSuccess)
        {
            Utf8JsonWriter inner = invocation.BeginInner();
            endpoint.Pipeline!.WriteValue(result, inner);
            inner.Flush();
            json = invocation.InnerBuffer.Body;
        }

        var record = new SinkRecord("http", invocation.Context.RequestId, result, json) { SourceObject = item, Time = _services!.Time.GetUtcNow() };
        await endpoint.Sink!.WriteAsync(record, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteStatusAsync(Invocation invocation, EventKind kind, HttpEndpoint endpoint, CancellationToken cancellationToken)
    {
        ModelStatus status = _registry!.GetStatus(endpoint.Model);
        Utf8JsonWriter inner = invocation.BeginInner();
        await ModelMetadata.WriteAsync(inner, _registry, endpoint.Model, status, cancellationToken).ConfigureAwait(false);
        inner.Flush();
        HttpAnswer.Write(invocation, kind, status.State is ModelState.Loading or ModelState.Failed ? 503 : 200, HttpAnswer.Json);
    }

    private HttpEndpoint? Find(string path)
    {
        if (_endpoints is [{ Path.Length: 0 } only])
        {
            return only;
        }

        ReadOnlySpan<char> wanted = path.AsSpan().TrimEnd('/');
        foreach (HttpEndpoint endpoint in _endpoints)
        {
            if (wanted.SequenceEqual(endpoint.Path))
            {
                return endpoint;
            }
        }

        return null;
    }

    [LoggerMessage(EventId = 127, Level = LogLevel.Error, Message = "The input that a request names could not be fetched")]
    private static partial void LogNotFetched(ILogger logger, Exception exception);
}
