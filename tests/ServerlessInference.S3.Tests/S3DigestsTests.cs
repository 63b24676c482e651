using Amazon.S3;
using Amazon.S3.Model;

namespace ServerlessInference.S3.Tests;

public sealed class S3DigestsTests
{
    private const string Md5 = "\"25f9e794323b453885f5181f1b624d0b\"";

    [Fact]
    public void Strongest_FullObjectChecksum_GoesBeforeTheEntityTag() =>
        Assert.Equal(
            "crc64nvme:ae8b14860a799888",
            Strongest(new() { ETag = Md5, ChecksumCRC64NVME = "rosUhgp5mIg=", ChecksumType = ChecksumType.FULL_OBJECT }));

    [Fact]
    public void Strongest_CompositeChecksum_IsIgnored() =>
        Assert.Null(
            Strongest(
                new()
                {
                    ETag = "\"25f9e794323b453885f5181f1b624d0b-3\"",
                    ChecksumCRC32 = "y/Q5Jg==",
                    ChecksumType = ChecksumType.COMPOSITE,
                }));

    [Fact]
    public void Strongest_EntityTagOfASinglePartUpload_IsAnMd5() =>
        Assert.Equal("md5:25f9e794323b453885f5181f1b624d0b", Strongest(new() { ETag = Md5 }));

    [Fact]
    public void Strongest_EntityTagUnderAKmsKey_IsNone() =>
        Assert.Null(Strongest(new() { ETag = Md5, ServerSideEncryptionMethod = ServerSideEncryptionMethod.AWSKMS }));

    [Fact]
    public void Strongest_EntityTagOfADirectoryBucket_IsNone() => Assert.Null(Strongest(new() { ETag = Md5 }, "models--use1-az4--x-s3"));

    private static string? Strongest(GetObjectMetadataResponse head, string bucket = "models") =>
        S3Digests.Strongest(head, bucket)?.ToString();
}
