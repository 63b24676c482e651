using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Moq;
using ServerlessInference.Models;

namespace ServerlessInference.S3.Tests;

/// <summary>The requests to S3, and the translation of its errors.</summary>
public sealed class S3RequestTests : IDisposable
{
    private readonly ModelStoreOptions _store =
        new() { Root = Path.Combine(Path.GetTempPath(), "si-test-" + Guid.NewGuid().ToString("N")) };
    private readonly Mock<IAmazonS3> _client = new(MockBehavior.Strict);

    public void Dispose()
    {
        if (Directory.Exists(_store.Root))
        {
            Directory.Delete(_store.Root, recursive: true);
        }
    }

    [Fact]
    public async Task LoadAsync_RequesterPays_IsSentWithEveryRequestAndEveryRangeNamesItsVersion()
    {
        _client.Setup(client => client.GetObjectMetadataAsync(
                It.Is<GetObjectMetadataRequest>(request => request.RequestPayer == RequestPayer.Requester
                    && request.ChecksumMode == ChecksumMode.ENABLED
                    && request.VersionId == "v"),
                It.IsAny<CancellationToken>()))
            .ReturnsAsync(new GetObjectMetadataResponse { ContentLength = 3, ETag = "\"tag-2\"" });
        _client.Setup(client => client.GetObjectAsync(
                It.Is<GetObjectRequest>(request => request.RequestPayer == RequestPayer.Requester
                    && request.EtagToMatch == "\"tag-2\""
                    && request.VersionId == "v"
                    && request.ByteRange.Start == 0 && request.ByteRange.End == 2),
                It.IsAny<CancellationToken>()))
            .ReturnsAsync(() => new GetObjectResponse { ResponseStream = new MemoryStream([1, 2, 3]) });
        using ModelArtifact artifact = await LoadAsync("s3://bucket/model.onnx?versionId=v", new S3Options { RequesterPays = true });

        Assert.Equal([1, 2, 3], artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    [Theory]
    [InlineData(null, null, "ignores Range requests")]
    [InlineData("bytes 0-2097151/2097152", null, "ignores Range requests")]
    [InlineData("bytes 1048576-2097151/3000000", null, "was replaced while it was being read")]
    [InlineData("bytes 1048576-2097151/2097152", "\"other-2\"", "was replaced while it was being read")]
    public async Task LoadAsync_WrongRangeInTheAnswer_PublishesNothing(string? contentRange, string? tag, string expected)
    {
        byte[] content = S3Server.Bytes(2 * 1024 * 1024);
        _client.Setup(client => client.GetObjectMetadataAsync(It.IsAny<GetObjectMetadataRequest>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new GetObjectMetadataResponse { ContentLength = content.Length, ETag = "\"tag-2\"" });
        _client.Setup(
            client =>
                client.GetObjectAsync(It.Is<GetObjectRequest>(request => request.ByteRange.Start == 0), It.IsAny<CancellationToken>()))
            .ReturnsAsync(
                () => new GetObjectResponse
                {
                    ResponseStream = new MemoryStream(content),
                    ContentRange = "bytes 0-1048575/2097152",
                    ETag = "\"tag-2\"",
                });
        _client.Setup(
            client => client.GetObjectAsync(It.Is<GetObjectRequest>(request => request.ByteRange.Start > 0), It.IsAny<CancellationToken>()))
            .ReturnsAsync(
                () => new GetObjectResponse { ResponseStream = new MemoryStream(content), ContentRange = contentRange, ETag = tag });
        var options = new S3Options();
        options.Transfer.RangeSize = 1024 * 1024;
        ModelLoadException exception = await Assert.ThrowsAnyAsync<ModelLoadException>(() => LoadAsync("s3://bucket/model.onnx", options));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(Path.Combine(_store.Root, "models")));
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, "AccessDenied", "needs s3:GetObject")]
    [InlineData(HttpStatusCode.NotFound, "NoSuchBucket", "the bucket does not exist")]
    [InlineData(HttpStatusCode.MovedPermanently, "PermanentRedirect", "Set ServerlessInference:S3:Region")]
    [InlineData(HttpStatusCode.BadRequest, "InvalidRequest", "the server answered 400 InvalidRequest")]
    public async Task LoadAsync_PermanentError_IsNotRetriedAndSaysWhatToDo(HttpStatusCode status, string code, string expected)
    {
        _client.Setup(client => client.GetObjectMetadataAsync(It.IsAny<GetObjectMetadataRequest>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new AmazonS3Exception("no") { StatusCode = status, ErrorCode = code });
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync("s3://bucket/model.onnx"));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Single(_client.Invocations);
    }

    [Fact]
    public async Task LoadAsync_SlowDown_IsRetried()
    {
        _client.Setup(client => client.GetObjectMetadataAsync(It.IsAny<GetObjectMetadataRequest>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new AmazonS3Exception("slow") { StatusCode = HttpStatusCode.ServiceUnavailable, ErrorCode = "SlowDown" });
        var options = new S3Options();
        options.Transfer.MaxAttempts = 2;
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync("s3://bucket/model.onnx", options));

        Assert.Contains("2 attempts failed", exception.Message, StringComparison.Ordinal);
        Assert.Equal(2, _client.Invocations.Count);
    }

    private Task<ModelArtifact> LoadAsync(string uri, S3Options? options = null) =>
        new S3ModelSource(_client.Object, S3Uri.Parse(uri), options, _store).LoadAsync(TestContext.Current.CancellationToken).AsTask();
}
