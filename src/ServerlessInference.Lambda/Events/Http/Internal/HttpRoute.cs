using System.Text;
using System.Text.Json;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Events.Http;

/// <summary>
/// Answers HTTP requests: finds the endpoint of each request by its path and method, and answers the requests that have none.
/// </summary>
internal sealed class HttpRoute : IEventRoute
{
    private readonly List<HttpEndpoint> _endpoints = [];
    private readonly List<string> _basePaths = [];
    private bool _hasOnlyRoot = true;
    private bool _isPrepared;

    /// <summary>Gets or sets the other origins whose pages may call; <see langword="null"/> if the function does not use CORS.</summary>
    public CorsOptions? Cors { get; set; }

    public string Description =>
        "HTTP " + string.Join(", ", _endpoints.Select(endpoint => $"'{Show(endpoint.Path)}' (model '{endpoint.Model}')").Distinct());

    public void Add(HttpEndpoint endpoint)
    {
        _endpoints.Add(endpoint);
        _hasOnlyRoot &= endpoint.Path.Length == 0;
    }

    /// <summary>Adds a path that may precede the mapped paths.</summary>
    public void AddBasePath(string basePath) => _basePaths.Add(basePath.TrimEnd('/'));

    public bool CanHandle(EventKind kind) => kind is EventKind.HttpV2 or EventKind.HttpV1 or EventKind.LoadBalancer;

    public void Prepare(FunctionServices services, ICollection<string> failures)
    {
        Cors?.Validate(failures);
        for (int i = 0; i < _endpoints.Count; i++)
        {
            HttpEndpoint endpoint = _endpoints[i];
            if (_endpoints.FindIndex(other => Conflicts(other, endpoint)) < i)
            {
                string message =
                    $"MapHttp: the path '{endpoint.Path}/' is mapped twice, the second time to the model '{endpoint.Model}'. " +
                    "Give each model a path of its own.";
                if (!failures.Contains(message))
                {
                    failures.Add(message);
                }
            }

            endpoint.Prepare(services, failures);
        }

        _isPrepared = true;
    }

    public bool CanAnswerWithoutModels(Invocation invocation)
    {
        if (!_isPrepared)
        {
            return false;
        }

        HttpRequest request = HttpRequest.Read(invocation.Payload.Span);
        return FindEndpoint(FindPath(request), request.Method)?.NeedsModels != true;
    }

    public ValueTask HandleAsync(Invocation invocation, EventKind kind, CancellationToken cancellationToken)
    {
        invocation.AllowOrigin = null;
        invocation.UsesMultiValueHeaders = false;
        HttpRequest request = HttpRequest.Read(invocation.Payload.Span, withOrigin: Cors is not null);
        invocation.AllowOrigin = Cors?.Allow(request.Origin);
        invocation.AllowCredentials = Cors is { AllowCredentials: true };
        invocation.UsesMultiValueHeaders = kind == EventKind.LoadBalancer && request.HasOnlyMultiValueHeaders;
        string? path = FindPath(request);
        if (FindEndpoint(path, request.Method) is { } endpoint)
        {
            return endpoint.HandleAsync(invocation, kind, request, cancellationToken);
        }

        WriteWithoutEndpoint(invocation, kind, request, path);
        return ValueTask.CompletedTask;
    }

    public byte[]? CreateDryRunEvent()
    {
        foreach (HttpEndpoint endpoint in _endpoints)
        {
            if (endpoint.DryRunBody is { } body)
            {
                return Encoding.UTF8.GetBytes(
                    "{\"version\":\"2.0\",\"rawPath\":\"" + JsonEncodedText.Encode(endpoint.Path) +
                    "\",\"requestContext\":{\"http\":{\"method\":\"" + endpoint.Methods[0] +
                    (body.IsEmpty ? "\"}}}" : "\"}},\"body\":\"" + Convert.ToBase64String(body.Span) + "\",\"isBase64Encoded\":true}"));
            }
        }

        return null;
    }

    public bool TryAnswerFailure(Invocation invocation, EventKind kind, Failure failure)
    {
        HttpAnswer.WriteProblem(invocation, kind, failure.Status, failure.Error.Message);
        return true;
    }

    private static string Show(string path) => path.Length == 0 ? "/" : path;

    private static bool Conflicts(HttpEndpoint one, HttpEndpoint other) =>
        one.Path == other.Path && one.Methods.Intersect(other.Methods).Any();

    /// <summary>
    /// Answers a request for which there is no endpoint: a preflight, another method than the path has, or an unknown path.
    /// </summary>
    private void WriteWithoutEndpoint(Invocation invocation, EventKind kind, in HttpRequest request, string? path)
    {
        if (path is null)
        {
            string mapped = string.Join(", ", _endpoints.Select(endpoint => Show(endpoint.Path)).Distinct());
            HttpAnswer.WriteProblem(invocation, kind, 404, $"There is nothing at this path. Mapped: {mapped}.");
            return;
        }

        HttpEndpoint[] endpoints = [.. _endpoints.Where(endpoint => endpoint.Path == path)];
        string allowed = string.Join(", ", endpoints.SelectMany(endpoint => endpoint.Methods).Order(StringComparer.Ordinal));
        if (request.Method == "OPTIONS" && Cors is not null && request.Origin is not null)
        {
            HttpAnswer.WritePreflight(invocation, kind, Cors, allowed);
            return;
        }

        string usage = string.Join(", or ", endpoints.Select(endpoint => endpoint.Usage));
        HttpAnswer.WriteProblem(invocation, kind, 405, $"Send {usage}. Allowed: {allowed}.", allowed);
    }

    /// <summary>Finds the mapped path of a request; returns <see langword="null"/> if the request's path is not mapped.</summary>
    private string? FindPath(in HttpRequest request) =>
        _hasOnlyRoot && _endpoints.Count > 0
            ? string.Empty
            : FindPath(request.Path) ?? FindPath(request.FullPath) ?? FindBelowBase(request.Path) ?? FindBelowBase(request.FullPath);

    private string? FindBelowBase(string path)
    {
        foreach (string basePath in _basePaths)
        {
            bool isBelow = path.StartsWith(basePath, StringComparison.Ordinal)
                && (path.Length == basePath.Length || path[basePath.Length] == '/');
            if (isBelow && FindPath(path[basePath.Length..]) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private string? FindPath(string path)
    {
        ReadOnlySpan<char> wanted = path.AsSpan().TrimEnd('/');
        foreach (HttpEndpoint endpoint in _endpoints)
        {
            if (wanted.SequenceEqual(endpoint.Path))
            {
                return endpoint.Path;
            }
        }

        return null;
    }

    private HttpEndpoint? FindEndpoint(string? path, string method)
    {
        foreach (HttpEndpoint endpoint in _endpoints)
        {
            if (endpoint.Path == path)
            {
                foreach (string supported in endpoint.Methods)
                {
                    if (supported == method)
                    {
                        return endpoint;
                    }
                }
            }
        }

        return null;
    }
}
