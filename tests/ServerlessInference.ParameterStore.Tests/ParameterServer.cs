using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ServerlessInference.ParameterStore.Tests;

/// <summary>
/// An HTTP server with Parameter Store's <c>GetParameter</c>, which verifies signatures, and with the extension's endpoint.
/// </summary>
internal sealed class ParameterServer : IAsyncDisposable
{
    private readonly string _region, _id, _secret;
    private readonly string? _sessionToken;
    private readonly LoopbackListener _listener;

    /// <summary>Starts a server.</summary>
    /// <param name="region">The region that requests must be signed for.</param>
    /// <param name="id">The access key id that they must have.</param>
    /// <param name="secret">Its secret key.</param>
    /// <param name="sessionToken">The session token, or null if the key needs none.</param>
    public ParameterServer(
        string region = "eu-central-1",
        string id = "AKIDTEST",
        string secret = "a/secret+key",
        string? sessionToken = "token==/of+a session")
    {
        (_region, _id, _secret, _sessionToken) = (region, id, secret, sessionToken);
        _listener = new LoopbackListener((socket, _, stop) => ServeAsync(socket, stop));
    }

    public int Port => _listener.Port;

    public ConcurrentDictionary<string, string> Values { get; } = new();

    /// <summary>Gets or sets an answer of the service to replace the usual one, by the number of the call, from one.</summary>
    public Func<int, (int Status, string Body)?> Instead { get; set; } = _ => null;

    /// <summary>Gets or sets an answer of the extension to replace the usual one.</summary>
    public (int Status, string Body)? ExtensionInstead { get; set; }

    public bool Stalls { get; set; }

    public ConcurrentQueue<string> Asked { get; } = new();

    public Dictionary<string, string?> Environment => new()
    {
        ["AWS_REGION"] = _region,
        ["AWS_ACCESS_KEY_ID"] = _id,
        ["AWS_SECRET_ACCESS_KEY"] = _secret,
        ["AWS_SESSION_TOKEN"] = _sessionToken,
        ["AWS_ENDPOINT_URL_SSM"] = $"http://127.0.0.1:{Port}",
        ["PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"] = Port.ToString(CultureInfo.InvariantCulture),
    };

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private static string Error(string kind) =>
        new JsonObject { ["__type"] = "com.amazonaws.ssm#" + kind, ["message"] = "the reason" }.ToJsonString();

    private static string Parameter(string name, string value) =>
        new JsonObject
        {
            ["Parameter"] = new JsonObject { ["Name"] = name, ["Type"] = "SecureString", ["Value"] = value, ["Version"] = 1 },
        }.ToJsonString();

    private async Task ServeAsync(Socket socket, CancellationToken stop)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            (string[] line, Dictionary<string, string> headers, byte[] body) = await ReadAsync(stream, stop);
            if (Stalls)
            {
                await Task.Delay(Timeout.Infinite, stop);
            }

            (int status, string answer) = line[0] == "GET" ? Extension(line[1], headers) : Service(line, headers, body);
            byte[] content = Encoding.UTF8.GetBytes(answer);
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nContent-Length: {content.Length}\r\nConnection: close\r\n\r\n"), stop);
            await stream.WriteAsync(content, stop);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client disconnected, or the test has ended.
        }
    }

    private static async Task<(string[] Line, Dictionary<string, string> Headers, byte[] Body)> ReadAsync(
        NetworkStream stream, CancellationToken stop)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, stop);
            head.Append((char)one[0]);
        }

        string[] lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1)
            .Select(line => line.Split(':', 2))
            .ToDictionary(pair => pair[0].ToLowerInvariant(), pair => pair[1].Trim());
        int count = headers.TryGetValue("content-length", out string? length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0;
        byte[] body = new byte[count];
        await stream.ReadExactlyAsync(body, stop);
        return (lines[0].Split(' '), headers, body);
    }

    private (int Status, string Answer) Service(string[] line, Dictionary<string, string> headers, byte[] body)
    {
        Asked.Enqueue("service " + Encoding.UTF8.GetString(body));
        if (Instead(Asked.Count(asked => asked.StartsWith("service", StringComparison.Ordinal))) is { } told)
        {
            return told;
        }

        if (headers.GetValueOrDefault("x-amz-security-token") != _sessionToken
            || !SigV4Check.IsSigned(line[0], line[1], headers, body, _region, "ssm", _id, _secret))
        {
            return (400, Error("InvalidSignatureException"));
        }

        using JsonDocument asked = JsonDocument.Parse(body);
        string name = asked.RootElement.GetProperty("Name").GetString()!;
        bool isKnown = headers["x-amz-target"] == "AmazonSSM.GetParameter" && headers["content-type"] == "application/x-amz-json-1.1";
        return !isKnown ? (400, Error("UnknownOperationException"))
            : !asked.RootElement.GetProperty("WithDecryption").GetBoolean() ? (200, Parameter(name, "ciphertext"))
            : Values.TryGetValue(name, out string? value) ? (200, Parameter(name, value)) : (400, Error("ParameterNotFound"));
    }

    private (int Status, string Answer) Extension(string target, Dictionary<string, string> headers)
    {
        Asked.Enqueue("extension " + target);
        if (ExtensionInstead is { } told)
        {
            return told;
        }

        string name = Uri.UnescapeDataString(target.Split("name=")[1].Split('&')[0]);
        return headers.GetValueOrDefault("x-aws-parameters-secrets-token") != _sessionToken ? (401, "token")
            : Values.TryGetValue(name, out string? value) ? (200, Parameter(name, value)) : (400, "not there");
    }
}
