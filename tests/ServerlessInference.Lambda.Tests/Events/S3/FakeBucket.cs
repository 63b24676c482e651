using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Moq;

namespace ServerlessInference.Lambda.Tests.Events.S3;

/// <summary>A bucket without a server: an S3 client that returns its objects and records the requested ones.</summary>
internal sealed class FakeBucket
{
    private readonly Dictionary<string, byte[]> _objects = new(StringComparer.Ordinal);

    public FakeBucket()
    {
        var client = new Mock<IAmazonS3>();
        client.Setup(one => one.GetObjectAsync(It.IsAny<GetObjectRequest>(), It.IsAny<CancellationToken>()))
            .Returns((GetObjectRequest request, CancellationToken token) => Task.FromResult(Get(request, token)));
        Client = client.Object;
    }

    public IAmazonS3 Client { get; }

    public List<string> Asked { get; } = [];

    public Func<string, Exception?> Fails { get; set; } = _ => null;

    public byte[] this[string place]
    {
        set => _objects[place] = value;
    }

    private GetObjectResponse Get(GetObjectRequest request, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        string place = $"{request.BucketName}/{request.Key}{(request.VersionId is null ? string.Empty : "?" + request.VersionId)}";
        lock (Asked)
        {
            Asked.Add(place);
        }

        if (Fails(place) is { } failure)
        {
            throw failure;
        }

        return _objects.TryGetValue(place, out byte[]? content)
            ? new GetObjectResponse { ResponseStream = new MemoryStream(content), ContentLength = content.Length, ETag = "\"tag\"" }
            : throw new AmazonS3Exception("No.", Amazon.Runtime.ErrorType.Sender, "NoSuchKey", "id", HttpStatusCode.NotFound);
    }
}
