using System.Net.Http.Headers;
using System.Text;
using Amazon.Runtime;

namespace ServerlessInference.ParameterStore.Tests;

/// <summary>Known answers: the cases get-vanilla and post-vanilla of AWS's public test suite for Signature Version 4.</summary>
public sealed class RequestSignatureTests
{
    private const string Id = "AKIDEXAMPLE", Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private static readonly DateTimeOffset Time = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    public void Add_RequestOfTheTestSuite_HasItsSignature(string method, string expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "https://example.amazonaws.com/");

        RequestSignature.Add(request, [], new ImmutableCredentials(Id, Secret, null), "us-east-1", "service", Time);

        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, " +
            "Signature=" + expected,
            request.Headers.GetValues("Authorization").Single());
        Assert.Equal("20150830T123600Z", request.Headers.GetValues("x-amz-date").Single());
        var headers = new Dictionary<string, string> { ["host"] = "example.amazonaws.com", ["x-amz-date"] = "20150830T123600Z" };
        Assert.Equal(
            expected, SigV4Check.Signature(method, "/", headers, "host;x-amz-date", [], "20150830/us-east-1/service/aws4_request", Secret));
    }

    [Fact]
    public void Add_TokenBodyAndPort_PassesTheCheck()
    {
        byte[] body = Encoding.UTF8.GetBytes("""{"Name":"größe"}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://127.0.0.1:4566/") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", "AmazonSSM.GetParameter");

        RequestSignature.Add(request, body, new ImmutableCredentials(Id, Secret, "a token"), "eu-central-1", "ssm", Time);

        var headers = new Dictionary<string, string>
        {
            ["host"] = "127.0.0.1:4566",
            ["content-type"] = "application/x-amz-json-1.1",
            ["x-amz-date"] = "20150830T123600Z",
            ["x-amz-security-token"] = "a token",
            ["x-amz-target"] = "AmazonSSM.GetParameter",
            ["authorization"] = request.Headers.GetValues("Authorization").Single(),
        };
        Assert.True(SigV4Check.IsSigned("POST", "/", headers, body, "eu-central-1", "ssm", Id, Secret));
        body[2]++;
        Assert.False(SigV4Check.IsSigned("POST", "/", headers, body, "eu-central-1", "ssm", Id, Secret));
    }
}
