using System.Diagnostics.CodeAnalysis;

namespace ServerlessInference.Models.Transfer;

/// <summary>A digest of the whole content of an object.</summary>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Hex">The digest in lower-case hexadecimal. Checksums have the most significant byte first.</param>
public readonly record struct ContentDigest(DigestAlgorithm Algorithm, string Hex)
{
    /// <summary>Parses a digest in base64, the format in which S3 reports checksums.</summary>
    /// <param name="algorithm">The algorithm.</param>
    /// <param name="base64">The digest in base64.</param>
    /// <param name="digest">The parsed digest.</param>
    /// <returns>Whether the text is base64 of the right length. A checksum of checksums (<c>…-3</c>) is not.</returns>
    public static bool TryFromBase64(DigestAlgorithm algorithm, string? base64, [NotNullWhen(true)] out ContentDigest? digest)
    {
        digest = null;
        Span<byte> bytes = stackalloc byte[64];
        if (string.IsNullOrEmpty(base64) || !Convert.TryFromBase64String(base64, bytes, out int length) || length != GetLength(algorithm))
        {
            return false;
        }

        digest = new ContentDigest(algorithm, Convert.ToHexStringLower(bytes[..length]));
        return true;
    }

    /// <summary>Parses a digest in hexadecimal.</summary>
    /// <param name="algorithm">The algorithm.</param>
    /// <param name="hex">The digest in upper-case or lower-case hexadecimal.</param>
    /// <param name="digest">The parsed digest.</param>
    /// <returns>Whether the text is hexadecimal of the right length.</returns>
    public static bool TryFromHex(DigestAlgorithm algorithm, string? hex, [NotNullWhen(true)] out ContentDigest? digest)
    {
        digest = null;
        if (hex is null || hex.Length != GetLength(algorithm) * 2 || !hex.All(char.IsAsciiHexDigit))
        {
            return false;
        }

        digest = new ContentDigest(algorithm, hex.ToLowerInvariant());
        return true;
    }

    /// <summary>Formats the digest as <c>sha256:…</c>.</summary>
    /// <returns>The name of the algorithm, a colon, and the digest in hexadecimal.</returns>
    public override string ToString() => $"{GetName(Algorithm)}:{Hex}";

    private static int GetLength(DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Sha256 => 32,
        DigestAlgorithm.Sha1 => 20,
        DigestAlgorithm.Md5 => 16,
        DigestAlgorithm.Crc64Nvme => 8,
        _ => 4,
    };

    private static string GetName(DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Sha256 => "sha256",
        DigestAlgorithm.Sha1 => "sha1",
        DigestAlgorithm.Md5 => "md5",
        DigestAlgorithm.Crc32 => "crc32",
        DigestAlgorithm.Crc32C => "crc32c",
        _ => "crc64nvme",
    };
}
