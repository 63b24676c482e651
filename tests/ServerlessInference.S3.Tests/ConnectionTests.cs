using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace ServerlessInference.S3.Tests;

/// <summary>
/// Connections that the library's clients keep, after their other end has closed them: in a frozen function, or in one that was restored
/// by SnapStart.
/// </summary>
public sealed class ConnectionTests(S3Server server) : IClassFixture<S3Server>
{
    /// <summary>Far less than a client waits for an answer on a connection that the network has dropped.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(8);

    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Requests_ServerClosedTheConnections_UseNewOnes(bool reset)
    {
        server.Require();
        await using var proxy = new FaultProxy(server.Endpoint, _ => (FaultKind.None, 0));
        using AmazonS3Client client = Client(proxy);
        await UseAsync(client);
        for (int i = 0; i < 3; i++)
        {
            int before = proxy.Accepted;
            proxy.Drop(reset);
            await UseAsync(client);
            Assert.True(proxy.Accepted > before);
        }
    }

    [Fact]
    public async Task Requests_ConnectionsLostWhileFrozen_UseNewOnesAtOnce()
    {
        server.Require();
        await using var proxy = new FaultProxy(server.Endpoint, _ => (FaultKind.None, 0));
        using AmazonS3Client client = Client(proxy);
        await UseAsync(client);
        int before = proxy.Accepted;
        await UseAsync(client);
        Assert.Equal(before, proxy.Accepted);

        proxy.Deafen();
        _time.Advance(TimeSpan.FromSeconds(31));
        await UseAsync(client);
        Assert.True(proxy.Accepted > before);
    }

    // As the factory and the sinks create it, but with the test server's keys, and without retries by the SDK.
    private AmazonS3Client Client(FaultProxy proxy)
    {
        var options = new S3Options { Endpoint = proxy.Endpoint, Region = S3Server.Region, ForcePathStyle = true };
        return new AmazonS3Client(
            new BasicAWSCredentials(S3Server.AccessKey, S3Server.SecretKey), S3ModelSourceFactory.Configure(options, _time));
    }

    // A request as a source sends it, and one as a sink sends it.
    private async Task UseAsync(AmazonS3Client client)
    {
        await client
            .PutObjectAsync(new PutObjectRequest { BucketName = server.Bucket, Key = "connections/model.onnx", ContentBody = "1" }, Token)
            .WaitAsync(Soon, Token);
        var source = new S3ModelSource(client, S3Uri.Parse($"s3://{server.Bucket}/connections/model.onnx"));
        string version = await source.GetVersionAsync(Token).AsTask().WaitAsync(Soon, Token);

        Assert.NotEmpty(version);
    }
}
