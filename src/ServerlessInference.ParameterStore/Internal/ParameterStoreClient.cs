using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using ServerlessInference.Shared;

namespace ServerlessInference.ParameterStore;

/// <summary>Reads parameters from the service itself, with one signed call of <c>GetParameter</c>. Thread-safe.</summary>
/// <remarks>
/// Each call opens a connection of its own, since calls are rare, and a kept connection would be dead after a function's process was
/// frozen. Source of the protocol: AWS Systems Manager's API reference, "GetParameter", and "JSON 1.1" of Smithy's AWS protocols.
/// </remarks>
internal sealed class ParameterStoreClient(ParameterStoreOptions options, TimeProvider time, Func<string, string?> variable)
{
    private const string Service = "ssm";

    /// <summary>Far more than an answer needs, since a parameter has at most 8 KB.</summary>
    private const int MaxAnswerBytes = 256 * 1024;

    public async Task<string> ReadAsync(string name, CancellationToken cancellationToken)
    {
        string region = options.Region ?? ParameterName.Parse(name).Region ?? variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION")
            ?? throw new ModelLoadException(
                $"The region of the parameter '{name}' is unknown. Set ServerlessInference:ParameterStore:Region, or AWS_REGION.");
        var address = new Uri(options.Endpoint ?? variable("AWS_ENDPOINT_URL_SSM") ?? GetEndpoint(region));
        byte[] body = CreateBody(name);
        var retry = new RetryStrategy(options.MaxAttempts, firstPause: TimeSpan.FromMilliseconds(100), maxPause: TimeSpan.FromSeconds(30));
        for (int attempt = 1; ; attempt++)
        {
            string reason;
            using (var limit = new CancellationTokenSource(options.Timeout, time))
            using (var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken))
            {
                try
                {
                    (int status, byte[] answer) = await SendAsync(name, address, body, region, linked.Token).ConfigureAwait(false);
                    if (status == 200)
                    {
                        return ParameterAnswer.ReadValue(answer) ?? throw new ModelLoadException(
                            $"The answer of {address.Authority} for the parameter '{name}' has no value. " +
                            "Check ServerlessInference:ParameterStore:Endpoint.");
                    }

                    (string kind, string message) = ParameterAnswer.ReadError(answer);
                    reason = $"{status} {kind}".TrimEnd();
                    if (!ParameterErrors.IsTransient(status, kind))
                    {
                        throw ParameterErrors.Explain(name, region, status, kind, message);
                    }
                }
                catch (JsonException exception)
                {
                    throw new ModelLoadException(
                        $"The answer of {address.Authority} for the parameter '{name}' is not valid JSON. " +
                        "Check ServerlessInference:ParameterStore:Endpoint.",
                        exception);
                }
                catch (Exception exception) when (RetryStrategy.IsTransient(exception, cancellationToken))
                {
                    reason = exception is OperationCanceledException
                        ? string.Create(CultureInfo.InvariantCulture, $"no answer within {options.Timeout.TotalSeconds:0.###} s")
                        : exception.InnerException?.Message ?? exception.Message;
                }
            }

            if (attempt >= retry.MaxAttempts)
            {
                throw new ModelLoadException(
                    $"Parameter Store ({address.Authority}) cannot be reached for '{name}': {attempt} attempts failed, the last with: " +
                    $"{reason}. A function in a VPC needs a NAT gateway, or a VPC endpoint for ssm.");
            }

            await retry.PauseAsync(attempt, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(int Status, byte[] Answer)> SendAsync(
        string name, Uri address, byte[] body, string region, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", "AmazonSSM.GetParameter");
        RequestSignature.Add(request, body, await CredentialsAsync(name).ConfigureAwait(false), region, Service, time.GetUtcNow());
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return ((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
    }

    private async Task<ImmutableCredentials> CredentialsAsync(string name)
    {
        // Lambda sets these variables. Reading them directly is faster than the SDK's search through all its sources of credentials.
        if (variable("AWS_ACCESS_KEY_ID") is { Length: > 0 } id && variable("AWS_SECRET_ACCESS_KEY") is { Length: > 0 } secret)
        {
            return new ImmutableCredentials(id, secret, variable("AWS_SESSION_TOKEN"));
        }

        try
        {
            AWSCredentials found = await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync().ConfigureAwait(false);
            return await found.GetCredentialsAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is AmazonClientException or AmazonServiceException)
        {
            throw new ModelLoadException(
                $"There are no AWS credentials for reading the parameter '{name}': {exception.Message} A function has those of its role; " +
                "elsewhere set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile.",
                exception);
        }
    }

    // The partition of China has a domain of its own. Other partitions must be set with Endpoint.
    private static string GetEndpoint(string region) =>
        $"https://ssm.{region}.amazonaws.com{(region.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : string.Empty)}";

    private static byte[] CreateBody(string name)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("Name"u8, name);
            writer.WriteBoolean("WithDecryption"u8, true);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }
}
