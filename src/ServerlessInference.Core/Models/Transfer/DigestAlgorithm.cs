namespace ServerlessInference.Models.Transfer;

/// <summary>How a digest of a whole object was computed.</summary>
public enum DigestAlgorithm
{
    /// <summary>SHA-256 (FIPS 180-4).</summary>
    Sha256,

    /// <summary>SHA-1 (FIPS 180-4): against accidents, not against attackers.</summary>
    Sha1,

    /// <summary>MD5 (RFC 1321), as in the ETag of an object that S3 got in one piece: against accidents, not against attackers.</summary>
    Md5,

    /// <summary>CRC-32 with the polynomial of ISO 3309 (zip, gzip).</summary>
    Crc32,

    /// <summary>CRC-32C with Castagnoli's polynomial (RFC 3720).</summary>
    Crc32C,

    /// <summary>CRC-64/NVME, which S3 gives every object by default.</summary>
    Crc64Nvme,
}
