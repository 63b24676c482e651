using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessInference.Models;

namespace ServerlessInference.S3.Tests;

public sealed class S3ModelSourceTests(S3Server server) : IClassFixture<S3Server>, IDisposable
{
    private static readonly byte[] Content = S3Server.Bytes((9 * 1024 * 1024) + 5);

    private readonly ModelStoreOptions _store =
        new() { Root = Path.Combine(Path.GetTempPath(), "si-test-" + Guid.NewGuid().ToString("N")) };

    public void Dispose()
    {
        if (Directory.Exists(_store.Root))
        {
            Directory.Delete(_store.Root, recursive: true);
        }
    }

    [Fact]
    public async Task LoadAsync_Object_IsVerifiedAndPublished()
    {
        server.Require();
        await server.PutAsync("single/model.onnx", Content);
        using ModelArtifact artifact = await LoadAsync("single/model.onnx#require-digest=true");

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.Equal($"s3://{server.Bucket}/single/model.onnx", artifact.Source);
    }

    [Theory]
    [InlineData("odd keys/a+b c&d=ü漢.onnx")]
    [InlineData("odd keys/50%25 and #1?.onnx")]
    public async Task LoadAsync_OddKey_IsFoundAloneAndInItsFolder(string key)
    {
        server.Require();
        await server.PutAsync(key, Content);
        using ModelArtifact alone = await LoadAsync(key
            .Replace("%", "%25", StringComparison.Ordinal)
            .Replace("#", "%23", StringComparison.Ordinal)
            .Replace("?", "%3F", StringComparison.Ordinal));
        using ModelArtifact folder = await LoadAsync("odd keys/");

        Assert.Equal(Content, alone.GetModelFile().ReadAllBytes().ToArray());
        Assert.True(folder.TryGetFile(Path.GetFileName(key), out _));
    }

    [Fact]
    public async Task LoadAsync_EncodedObject_IsRefusedByName()
    {
        server.Require();
        await server.PutAsync("encoded/model.onnx", Content, "gzip");

        ModelLoadException alone = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync("encoded/model.onnx"));
        ModelLoadException folder = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync("encoded/"));

        Assert.Equal(
            $"s3://{server.Bucket}/encoded/model.onnx is stored with Content-Encoding: gzip. Upload the file as it is, without that " +
            "header, or pack it as tar.gz.",
            alone.Message);
        Assert.Equal(alone.Message, folder.Message);
    }

    [Fact]
    public async Task LoadAsync_ObjectWithoutBytes_IsAFileWithoutBytes()
    {
        server.Require();
        await server.PutAsync("empty/model.onnx", []);
        using ModelArtifact artifact = await LoadAsync("empty/model.onnx");

        Assert.Equal(0, artifact.GetModelFile().Length);
    }

    [Fact]
    public async Task LoadAsync_WrongPin_PublishesNothing()
    {
        server.Require();
        await server.PutAsync("pinned/model.onnx", Content);
        string right = Convert.ToHexStringLower(SHA256.HashData(Content));
        await Assert.ThrowsAnyAsync<ModelLoadException>(() => LoadAsync($"pinned/model.onnx#sha256={new string('0', 64)}"));
        Assert.Empty(Directory.GetDirectories(Path.Combine(_store.Root, "models")));

        using ModelArtifact artifact = await LoadAsync($"pinned/model.onnx#sha256={right}");
        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    [Fact]
    public async Task LoadAsync_UploadInParts_HasNoDigestUnlessPinned()
    {
        server.Require();
        await UploadInPartsAsync("parts/model.onnx");
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(
            () => LoadAsync("parts/model.onnx#require-digest=true"));
        Assert.Contains("Pin its SHA-256", exception.Message, StringComparison.Ordinal);

        using ModelArtifact artifact = await LoadAsync("parts/model.onnx");
        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    [Fact]
    public async Task LoadAsync_Folder_HasAllFilesBelowIt()
    {
        server.Require();
        await server.PutAsync("folder/resnet/onnx/model.onnx", Content);
        await server.PutAsync("folder/resnet/config.json", "{}"u8.ToArray());
        await server.PutAsync("folder/resnet2/model.onnx", [1]);
        using ModelArtifact artifact = await LoadAsync("folder/resnet/");

        Assert.Equal(["config.json", "onnx/model.onnx"], artifact.Files.Select(file => file.Name).Order(StringComparer.Ordinal));
        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.Equal(artifact.Version, await Source("folder/resnet/").GetVersionAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("model.tar", false)]
    [InlineData("model.tar", true)]
    [InlineData("model.tar.gz", false)]
    [InlineData("model.tar.gz", true)]
    [InlineData("model.zip", false)]
    [InlineData("model.zip", true)]
    public async Task LoadAsync_Archive_IsExtracted(string name, bool inMemory)
    {
        server.Require();
        Assert.SkipWhen(inMemory && !OperatingSystem.IsLinux(), "memory files exist on Linux only");
        await server.PutAsync("archive/" + name, Archive.Pack(name, Content));
        using ModelArtifact artifact = await LoadAsync($"archive/{name}#memory={inMemory}");

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.True(artifact.TryGetFile("labels.txt", out _));
        Assert.Equal(inMemory, !Directory.Exists(_store.Root));
    }

    [Fact]
    public async Task LoadAsync_NewVersion_IsAnotherFolder()
    {
        server.Require();
        await server.PutAsync("replaced/model.onnx", [1, 2, 3]);
        using ModelArtifact before = await LoadAsync("replaced/model.onnx");
        await server.PutAsync("replaced/model.onnx", [4, 5, 6]);
        using ModelArtifact after = await LoadAsync("replaced/model.onnx");

        Assert.NotEqual(before.Version, after.Version);
        Assert.Equal([1, 2, 3], before.GetModelFile().ReadAllBytes().ToArray());
        Assert.Equal([4, 5, 6], after.GetModelFile().ReadAllBytes().ToArray());
    }

    [Fact]
    public async Task LoadAsync_VersionId_IsThatVersion()
    {
        server.Require();
        using AmazonS3Client client = server.Client();
        string bucket = server.Bucket + "-v";
        await client.PutBucketAsync(bucket, TestContext.Current.CancellationToken);
        await client.PutBucketVersioningAsync(
            new PutBucketVersioningRequest
            {
                BucketName = bucket,
                VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled },
            },
            TestContext.Current.CancellationToken);
        PutObjectResponse first = await client.PutObjectAsync(
            new PutObjectRequest { BucketName = bucket, Key = "model.onnx", InputStream = new MemoryStream([1]) },
            TestContext.Current.CancellationToken);
        await client.PutObjectAsync(
            new PutObjectRequest { BucketName = bucket, Key = "model.onnx", InputStream = new MemoryStream([2]) },
            TestContext.Current.CancellationToken);
        var source = new S3ModelSource(
            client, S3Uri.Parse($"s3://{bucket}/model.onnx?versionId={Uri.EscapeDataString(first.VersionId)}"), null, _store);
        using ModelArtifact artifact = await source.LoadAsync(TestContext.Current.CancellationToken);

        Assert.Equal([1], artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    [Theory]
    [InlineData("missing/model.onnx", "does not exist. Check the key")]
    [InlineData("missing/", "has no objects")]
    public async Task LoadAsync_Missing_SaysWhatToCheck(string key, string expected)
    {
        server.Require();
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync(key));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    private S3ModelSource Source(string key) => new(server.Client(), S3Uri.Parse($"s3://{server.Bucket}/{key}"), null, _store);

    private Task<ModelArtifact> LoadAsync(string key) => Source(key).LoadAsync(TestContext.Current.CancellationToken).AsTask();

    private async Task UploadInPartsAsync(string key)
    {
        using AmazonS3Client client = server.Client();
        string upload = (await client.InitiateMultipartUploadAsync(server.Bucket, key)).UploadId;
        var parts = new List<PartETag>();
        const int PartSize = 5 * 1024 * 1024;
        for (int i = 0; i * PartSize < Content.Length; i++)
        {
            UploadPartResponse part = await client.UploadPartAsync(new UploadPartRequest
            {
                BucketName = server.Bucket,
                Key = key,
                UploadId = upload,
                PartNumber = i + 1,
                InputStream = new MemoryStream(Content.Skip(i * PartSize).Take(PartSize).ToArray()),
            });
            parts.Add(new PartETag(i + 1, part.ETag));
        }

        await client.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest { BucketName = server.Bucket, Key = key, UploadId = upload, PartETags = parts });
    }
}
