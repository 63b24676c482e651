#if OWN
using ServerlessInference.ParameterStore;
#elif SIGNER
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Util;
using Amazon.S3;
#elif SDK
using Amazon.Runtime;
using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
#endif

namespace ServerlessInference.Benchmarks.ParameterStore;

/// <summary>Reads a parameter with the credentials, the region and the endpoint of the environment.</summary>
internal static class ParameterReader
{
#if OWN
    /// <summary>As the library does it: a request of its own, whose canonical form AWSSDK.Core signs.</summary>
    public static Task<string> ReadAsync(string name) =>
        new ParameterStoreClient(
            new ParameterStoreOptions(), TimeProvider.System, Environment.GetEnvironmentVariable).ReadAsync(name, CancellationToken.None);
#elif SIGNER
    /// <summary>A request of its own, canonical form and signature by AWSSDK.Core.</summary>
    public static async Task<string> ReadAsync(string name)
    {
        var address = new Uri(Variable("AWS_ENDPOINT_URL_SSM"));
        byte[] body = Encoding.UTF8.GetBytes($$"""{"Name":"{{name}}","WithDecryption":true}""");
        var config = new AmazonS3Config
        {
            ServiceURL = address.ToString(),
            AuthenticationRegion = Variable("AWS_REGION"),
            AuthenticationServiceName = "ssm",
        };
        var signed = new DefaultRequest(new NoRequest(), "ssm")
        {
            HttpMethod = "POST",
            Endpoint = address,
            ResourcePath = "/",
            Content = body,
        };
        signed.Headers["Content-Type"] = "application/x-amz-json-1.1";
        signed.Headers["X-Amz-Target"] = "AmazonSSM.GetParameter";
        new AWS4Signer(signPayload: true).Sign(
            signed, config, new RequestMetrics(), new BasicAWSCredentials(
                Variable("AWS_ACCESS_KEY_ID"), Variable("AWS_SECRET_ACCESS_KEY")));

        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(signed.Headers["Content-Type"]);
        foreach ((string header, string text) in signed.Headers)
        {
            if (!header.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)
                && !header.Equals("Host", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.TryAddWithoutValidation(header, text);
            }
        }

        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using HttpResponseMessage response = await client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        return answer.RootElement.GetProperty("Parameter").GetProperty("Value").GetString()!;
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name)!;

    private sealed class NoRequest : AmazonWebServiceRequest;
#elif SDK
    /// <summary>AWS's own client.</summary>
    public static async Task<string> ReadAsync(string name)
    {
        var config = new AmazonSimpleSystemsManagementConfig
        {
            ServiceURL = Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_SSM"),
            AuthenticationRegion = Environment.GetEnvironmentVariable("AWS_REGION"),
        };
        using var client = new AmazonSimpleSystemsManagementClient(new EnvironmentVariablesAWSCredentials(), config);
        return (await client.GetParameterAsync(new GetParameterRequest { Name = name, WithDecryption = true })).Parameter.Value;
    }
#else
    /// <summary>No client at all: what the rest of the program takes.</summary>
    public static Task<string> ReadAsync(string name) => Task.FromResult($"s3://models{name}");
#endif
}
