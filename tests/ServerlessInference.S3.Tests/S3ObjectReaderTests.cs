using System.Globalization;
using Amazon.S3;
using ServerlessInference.Results;

namespace ServerlessInference.S3.Tests;

public sealed class S3ObjectReaderTests(S3Server server) : IClassFixture<S3Server>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_Object_HasItsBytesAndTag()
    {
        server.Require();
        byte[] content = S3Server.Bytes(300_000);
        await server.PutAsync("read/ä b+1.bin", content);
        using AmazonS3Client client = server.Client();

        (ReadOnlyMemory<byte> read, ObjectReference item) =
            await new S3ObjectReader(client).ReadAsync(new ObjectReference(server.Bucket, "read/ä b+1.bin"), 300_000, Token);

        Assert.True(read.Span.SequenceEqual(content));
        Assert.Equal(300_000, item.Size);
        Assert.Matches("^[0-9a-f]{32}$", item.EntityTag);
    }

    [Fact]
    public async Task Read_MissingOrTooLarge_IsAnInvalidInput()
    {
        server.Require();
        await server.PutAsync("read/large", new byte[11]);
        using AmazonS3Client client = server.Client();
        var reader = new S3ObjectReader(client);

        var missing = await Assert.ThrowsAsync<InvalidInputException>(
            () => reader.ReadAsync(new ObjectReference(server.Bucket, "read/none"), 10, Token).AsTask());
        var bucket = await Assert.ThrowsAsync<InvalidInputException>(
            () => reader.ReadAsync(new ObjectReference("no-such-bucket-here", "a"), 10, Token).AsTask());
        var large = await Assert.ThrowsAsync<InvalidInputException>(
            () => reader.ReadAsync(new ObjectReference(server.Bucket, "read/large"), 10, Token).AsTask());

        Assert.Contains("does not exist, or was deleted", missing.Message, StringComparison.Ordinal);
        Assert.Contains("the bucket does not exist", bucket.Message, StringComparison.Ordinal);
        Assert.Equal(
            (InvalidInputKind.TooLarge, true),
            (large.Kind, large.Message.Contains("has 11 bytes; the limit is 10", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Read_EncodedObject_IsRefusedByName()
    {
        server.Require();
        await server.PutAsync("read/encoded.jpg", [1, 2, 3], "br");
        await server.PutAsync("read/text.txt.gz", [1, 2, 3], "gzip");
        using AmazonS3Client client = server.Client();
        var reader = new S3ObjectReader(client);

        var refused = await Assert.ThrowsAsync<InvalidInputException>(
            () => reader.ReadAsync(new ObjectReference(server.Bucket, "read/encoded.jpg"), 10, Token).AsTask());
        (ReadOnlyMemory<byte> read, _) = await reader.ReadAsync(new ObjectReference(server.Bucket, "read/text.txt.gz"), 10, Token);

        Assert.Equal(InvalidInputKind.UnsupportedFormat, refused.Kind);
        Assert.Contains("is stored with Content-Encoding: br, which is not decoded", refused.Message, StringComparison.Ordinal);
        Assert.Equal(3, read.Length);
    }

    [Fact]
    public async Task Read_EmptyObject_IsEmpty()
    {
        server.Require();
        await server.PutAsync("read/empty", []);
        using AmazonS3Client client = server.Client();

        (ReadOnlyMemory<byte> read, _) =
            await new S3ObjectReader(client).ReadAsync(new ObjectReference(server.Bucket, "read/empty"), 10, Token);

        Assert.True(read.IsEmpty);
    }

    [Theory]
    [InlineData("", "dots/in/../secret")]
    [InlineData("", "dots/in/./secret")]
    [InlineData("nearby", "../{0}/dots/secret")]
    public async Task Read_KeyWithDots_LeadsToNoOtherObject(string bucket, string key)
    {
        server.Require();
        await server.PutAsync("dots/secret", "other"u8.ToArray());
        await server.PutAsync("dots/in/secret", "other"u8.ToArray());
        using AmazonS3Client client = server.Client();
        var item = new ObjectReference(
            bucket.Length == 0 ? server.Bucket : bucket, string.Format(CultureInfo.InvariantCulture, key, server.Bucket));

        InvalidInputException exception = await Assert.ThrowsAsync<InvalidInputException>(
            () => new S3ObjectReader(client).ReadAsync(item, 100, Token).AsTask());

        Assert.Contains("does not exist", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_ServerUnreachable_IsTransient()
    {
        using var client = new AmazonS3Client(
            new Amazon.Runtime.BasicAWSCredentials("a", "b"),
            new AmazonS3Config { ServiceURL = "http://127.0.0.1:1", ForcePathStyle = true, MaxErrorRetry = 0 });

        await Assert.ThrowsAsync<IOException>(
            () => new S3ObjectReader(client).ReadAsync(new ObjectReference("photos", "a"), 100, Token).AsTask());
    }
}
