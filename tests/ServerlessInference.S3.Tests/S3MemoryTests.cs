using System.Security.Cryptography;

namespace ServerlessInference.S3.Tests;

/// <summary>The memory use of a large model that is loaded from S3 straight into memory, in a process of its own.</summary>
public sealed class S3MemoryTests(S3Server server) : IClassFixture<S3Server>
{
    private const int Mebibyte = 1024 * 1024;

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("model.tar.gz")]
    [InlineData("model.zip")]
    public async Task Load_IntoMemory_TakesAtMostATenthMoreThanTheModel(string name)
    {
        server.Require();
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory files exist on Linux only");
        byte[] content = S3Server.Bytes(100 * Mebibyte, 5);
        await PutAsync("memory/large/" + name, content);
        await PutAsync("memory/small/" + name, content[..Mebibyte]);
        string root = Path.Combine(Path.GetTempPath(), "si-test-" + Guid.NewGuid().ToString("N"));
        string settings = name == "model.onnx" ? "#memory=true" : "#memory=true&entry=model.onnx";
        (long peak, string? digest) = await LoadMemory.MeasureLoadAsync(
            $"s3://{server.Bucket}/memory/large/{name}{settings}",
            $"s3://{server.Bucket}/memory/small/{name}{settings}",
            root,
            ("AWS_ACCESS_KEY_ID", S3Server.AccessKey),
            ("AWS_SECRET_ACCESS_KEY", S3Server.SecretKey));

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), digest);
        TestContext.Current.TestOutputHelper?.WriteLine($"{name} {peak / (double)content.Length:0.000}");
        Assert.InRange(peak / (double)content.Length, 1.0, 1.1);
        Assert.False(Directory.Exists(root));
    }

    private Task PutAsync(string key, byte[] content) =>
        server.PutAsync(key, key.EndsWith(".onnx", StringComparison.Ordinal) ? content : Archive.Pack(Path.GetFileName(key), content));
}
