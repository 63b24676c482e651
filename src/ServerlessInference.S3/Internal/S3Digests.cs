using Amazon.S3;
using Amazon.S3.Model;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.S3;

/// <summary>Reads the digest of an object's content from the properties that S3 returns.</summary>
/// <remarks>Source: Amazon S3 User Guide, "Checking object integrity", and <c>ETag</c> in "Object" of the API reference.</remarks>
internal static class S3Digests
{
    /// <summary>The suffix of directory buckets (S3 Express One Zone), whose ETags are not MD5 digests.</summary>
    private const string DirectoryBucket = "--x-s3";

    public static ContentDigest? Strongest(GetObjectMetadataResponse head, string bucket)
    {
        // Objects uploaded in parts may have a composite checksum: a checksum of the parts' checksums, which says nothing about the whole
        // content.
        if (head.ChecksumType != ChecksumType.COMPOSITE)
        {
            if (ContentDigest.TryFromBase64(DigestAlgorithm.Sha256, head.ChecksumSHA256, out ContentDigest? digest)
                || ContentDigest.TryFromBase64(DigestAlgorithm.Sha1, head.ChecksumSHA1, out digest)
                || ContentDigest.TryFromBase64(DigestAlgorithm.Crc64Nvme, head.ChecksumCRC64NVME, out digest)
                || ContentDigest.TryFromBase64(DigestAlgorithm.Crc32C, head.ChecksumCRC32C, out digest)
                || ContentDigest.TryFromBase64(DigestAlgorithm.Crc32, head.ChecksumCRC32, out digest))
            {
                return digest;
            }
        }

        bool encryptedOtherwise = head.ServerSideEncryptionMethod is { } method
            && method != ServerSideEncryptionMethod.None && method != ServerSideEncryptionMethod.AES256;
        bool customerKey = head.ServerSideEncryptionCustomerMethod is { } customer && customer != ServerSideEncryptionCustomerMethod.None;
        return !encryptedOtherwise && !customerKey && !bucket.EndsWith(DirectoryBucket, StringComparison.Ordinal)
            && ContentDigest.TryFromHex(DigestAlgorithm.Md5, head.ETag?.Trim('"'), out ContentDigest? md5)
                ? md5
                : null;
    }
}
