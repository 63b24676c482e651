using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace ServerlessInference.ParameterStore;

/// <summary>
/// Reads parameters from the AWS Parameters and Secrets Lambda extension, which caches them inside the function's environment. Thread-safe.
/// </summary>
/// <remarks>
/// Source: AWS Systems Manager's documentation, "Using Parameter Store parameters in AWS Lambda functions": port, path and header.
/// </remarks>
internal sealed partial class ParametersExtension(TimeProvider time, ILogger logger, Func<string, string?> variable)
{
    private const int DefaultPort = 2773;

    /// <summary>
    /// The extension answers from its cache or asks the service. After this time, asking the service directly is no slower.
    /// </summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private volatile bool _absent;

    /// <summary>Reads a parameter.</summary>
    /// <returns>
    /// The value; <see langword="null"/> if there is no extension, or if it has no answer. The service gives the reason then.
    /// </returns>
    public async ValueTask<string?> TryReadAsync(string name, CancellationToken cancellationToken)
    {
        if (_absent || variable("AWS_SESSION_TOKEN") is not { Length: > 0 } token)
        {
            return null;
        }

        int port = int.TryParse(variable("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"), out int set) ? set : DefaultPort;
        var address = new Uri(
            $"http://localhost:{port}/systemsmanager/parameters/get?{ParameterName.Parse(name).Query}&withDecryption=true");
        using var limit = new CancellationTokenSource(Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Add("X-Aws-Parameters-Secrets-Token", token);
            using HttpResponseMessage response = await client.SendAsync(request, linked.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return ParameterAnswer.ReadValue(await response.Content.ReadAsByteArrayAsync(linked.Token).ConfigureAwait(false));
            }

            LogStatus(logger, name, (int)response.StatusCode);
        }
        catch (HttpRequestException exception)
            when (exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
        {
            // Extensions start before the function, so none will appear later.
            _absent = true;
        }
        catch (Exception exception)
            when (exception is HttpRequestException or JsonException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested)
        {
            LogFailure(logger, name, exception.Message);
        }

        return null;
    }

    [LoggerMessage(
        EventId = 131,
        Level = LogLevel.Information,
        Message = "The Parameters and Secrets extension answered {Status} for {Parameter}; asking Parameter Store itself")]
    private static partial void LogStatus(ILogger logger, string parameter, int status);

    [LoggerMessage(
        EventId = 130,
        Level = LogLevel.Information,
        Message = "The Parameters and Secrets extension could not be asked for {Parameter} ({Reason}); asking Parameter Store itself")]
    private static partial void LogFailure(ILogger logger, string parameter, string reason);
}
