using System.Net;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using ServerlessInference.Results;

namespace ServerlessInference.S3.Tests;

/// <summary>Errors of S3 that concern the sender of a request: each has its own remedy.</summary>
public sealed class S3RemedyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(403, "InvalidAccessKeyId", null, "Check AWS_ACCESS_KEY_ID")]
    [InlineData(403, "SignatureDoesNotMatch", null, "Check AWS_SECRET_ACCESS_KEY")]
    [InlineData(400, "ExpiredToken", null, "aws sso login")]
    [InlineData(403, "RequestTimeTooSkewed", null, "Set the clock")]
    [InlineData(301, "PermanentRedirect", "eu-central-1", "Set ServerlessInference:S3:Region to eu-central-1")]
    [InlineData(400, "AuthorizationHeaderMalformed", "eu-central-1", "Set ServerlessInference:S3:Region to eu-central-1")]
    [InlineData(403, "AccessDenied", null, "The function's role needs s3:GetObject")]
    public async Task Read_ErrorOfS3_SaysWhatToDo(int status, string code, string? region, string expected)
    {
        using var server = new AnsweringServer(status, code, region);
        using var client = new AmazonS3Client(
            new BasicAWSCredentials("key", "secret"),
            new AmazonS3Config
            {
                ServiceURL = server.Address, ForcePathStyle = true, MaxErrorRetry = 0, AuthenticationRegion = "us-east-1",
            });

        var exception = await Assert.ThrowsAsync<IOException>(
            async () => await new S3ObjectReader(client).ReadAsync(new ObjectReference("models", "a"), 100, Token));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Failed to resolve AWS credentials. The credential providers returned the following errors:")]
    [InlineData("Unable to find credentials")]
    public void Translate_NoCredentials_IsOneClearMessageWithoutTheSearch(string message)
    {
        var found = new AmazonClientException(message, new InvalidOperationException("details"));

        Exception translated = S3Errors.Translate(found, "s3://models/x");

        Assert.IsType<ModelLoadException>(translated);
        Assert.StartsWith("s3://models/x cannot be requested: There are no AWS credentials.", translated.Message, StringComparison.Ordinal);
        Assert.Null(translated.InnerException);
    }

    [Fact]
    public void Translate_MetadataServiceWithoutCredentials_IsNotRetried() => Assert.IsType<ModelLoadException>(S3Errors.Translate(
        new AmazonServiceException("Unable to get IAM security credentials from EC2 Instance Metadata Service."), "s3://models/x"));

    /// <summary>A server that answers every request with the same error of S3.</summary>
    private sealed class AnsweringServer : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Task _answering;

        public AnsweringServer(int status, string code, string? region)
        {
            using var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            free.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
            free.Stop();
            _listener.Prefixes.Add(Address);
            _listener.Start();
            _answering = AnswerAsync(status, code, region);
        }

        public string Address { get; }

        public void Dispose()
        {
            _listener.Stop();
            _answering.GetAwaiter().GetResult();
            _listener.Close();
        }

        private async Task AnswerAsync(int status, string code, string? region)
        {
            try
            {
                while (true)
                {
                    HttpListenerContext context = await _listener.GetContextAsync();
                    string element = region is null ? string.Empty : $"<Region>{region}</Region>";
                    byte[] body = Encoding.UTF8.GetBytes($"<Error><Code>{code}</Code><Message>No.</Message>{element}</Error>");
                    context.Response.StatusCode = status;
                    context.Response.ContentType = "application/xml";
                    if (region is not null)
                    {
                        context.Response.AddHeader("x-amz-bucket-region", region);
                    }

                    context.Response.ContentLength64 = body.Length;
                    await context.Response.OutputStream.WriteAsync(body);
                    context.Response.Close();
                }
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                // The test has ended.
            }
        }
    }
}
