namespace ServerlessInference.Models.Transfer;

/// <summary>The algorithm of a digest of a whole object.</summary>
public enum DigestAlgorithm
{
    /// <summary>SHA-256 (FIPS 180-4).</summary>
    Sha256,

    /// <summary>SHA-1 (FIPS 180-4). Detects accidental damage, not manipulation.</summary>
    Sha1,

    /// <summary>
    /// MD5 (RFC 1321), as in the ETag of an object that was uploaded to S3 in one piece. Detects accidental damage, not manipulation.
    /// </summary>
    Md5,

    /// <summary>CRC-32 with the polynomial of ISO 3309, as in zip and gzip.</summary>
    Crc32,

    /// <summary>CRC-32C, which uses the polynomial of Castagnoli (RFC 3720).</summary>
    Crc32C,

    /// <summary>CRC-64/NVME, which S3 computes for every object by default.</summary>
    Crc64Nvme,
}
