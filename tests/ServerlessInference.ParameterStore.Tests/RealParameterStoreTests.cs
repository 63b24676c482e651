using System.Net.Http.Headers;
using System.Text;
using Amazon.Runtime;

namespace ServerlessInference.ParameterStore.Tests;

/// <summary>
/// Uses a server that implements Parameter Store's protocol, such as moto, if SERVERLESS_INFERENCE_SSM_ENDPOINT names one.
/// </summary>
public sealed class RealParameterStoreTests
{
    private static readonly string? Endpoint = Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_SSM_ENDPOINT");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("String")]
    [InlineData("SecureString")]
    public async Task ReadAsync_ExistingParameter_ReturnsItsValue(string type)
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Endpoint), "SERVERLESS_INFERENCE_SSM_ENDPOINT is not set");
        string name = $"/models/{Guid.NewGuid():N}";
        ParameterStorePointer pointer = Pointer(name);
        ModelLoadException missing = await Assert.ThrowsAsync<ModelLoadException>(async () => await pointer.ReadAsync(Token));
        Assert.StartsWith("Parameter Store has no parameter '", missing.Message, StringComparison.Ordinal);

        await PutAsync(name, "s3://bucket/v1/", type);
        Assert.Equal("s3://bucket/v1/", await pointer.ReadAsync(Token));
        await PutAsync(name, "s3://bucket/v2/", type);

        Assert.Equal("s3://bucket/v2/", await pointer.ReadAsync(Token));
        Assert.Equal("s3://bucket/v1/", await Pointer(name + ":1").ReadAsync(Token));
    }

    private static ParameterStorePointer Pointer(string name) => new(
        name, new ParameterStoreOptions { Endpoint = Endpoint, Region = "us-east-1" }, null, TimeProvider.System, null,
        variable => variable is "AWS_ACCESS_KEY_ID" or "AWS_SECRET_ACCESS_KEY" ? "testing" : null);

    private static async Task PutAsync(string name, string value, string type)
    {
        byte[] body = Encoding.UTF8.GetBytes($$"""{"Name":"{{name}}","Value":"{{value}}","Type":"{{type}}","Overwrite":true}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, Endpoint) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", "AmazonSSM.PutParameter");
        RequestSignature.Add(
            request, body, new ImmutableCredentials("testing", "testing", null), "us-east-1", "ssm", TimeProvider.System.GetUtcNow());
        using var client = new HttpClient();
        using HttpResponseMessage response = await client.SendAsync(request, Token);
        response.EnsureSuccessStatusCode();
    }
}
