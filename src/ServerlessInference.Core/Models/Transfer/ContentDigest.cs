using System.Diagnostics.CodeAnalysis;

namespace ServerlessInference.Models.Transfer;

/// <summary>A digest of the whole content of an object.</summary>
/// <param name="Algorithm">How it was computed.</param>
/// <param name="Hex">Its bytes in lower-case hexadecimal; checksums with the highest byte first.</param>
public readonly record struct ContentDigest(DigestAlgorithm Algorithm, string Hex)
{
    /// <summary>Reads a digest in base64, as S3 writes checksums.</summary>
    /// <param name="algorithm">How it was computed.</param>
    /// <param name="base64">The digest.</param>
    /// <param name="digest">The digest read.</param>
    /// <returns>Whether it is base64 of the right length; a composite of several parts (<c>…-3</c>) is not.</returns>
    public static bool TryFromBase64(DigestAlgorithm algorithm, string? base64, [NotNullWhen(true)] out ContentDigest? digest)
    {
        digest = null;
        Span<byte> bytes = stackalloc byte[64];
        if (string.IsNullOrEmpty(base64) || !Convert.TryFromBase64String(base64, bytes, out int length) || length != LengthOf(algorithm))
        {
            return false;
        }

        digest = new ContentDigest(algorithm, Convert.ToHexStringLower(bytes[..length]));
        return true;
    }

    /// <summary>Reads a digest in hexadecimal.</summary>
    /// <param name="algorithm">How it was computed.</param>
    /// <param name="hex">The digest, in either case.</param>
    /// <param name="digest">The digest read.</param>
    /// <returns>Whether it is hexadecimal of the right length.</returns>
    public static bool TryFromHex(DigestAlgorithm algorithm, string? hex, [NotNullWhen(true)] out ContentDigest? digest)
    {
        digest = null;
        if (hex is null || hex.Length != LengthOf(algorithm) * 2 || !hex.All(char.IsAsciiHexDigit))
        {
            return false;
        }

        digest = new ContentDigest(algorithm, hex.ToLowerInvariant());
        return true;
    }

    /// <summary>Writes the digest as <c>sha256:…</c>.</summary>
    /// <returns>The algorithm's name, a colon, the digest.</returns>
    public override string ToString() => $"{NameOf(Algorithm)}:{Hex}";

    private static int LengthOf(DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Sha256 => 32,
        DigestAlgorithm.Sha1 => 20,
        DigestAlgorithm.Md5 => 16,
        DigestAlgorithm.Crc64Nvme => 8,
        _ => 4,
    };

    private static string NameOf(DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Sha256 => "sha256",
        DigestAlgorithm.Sha1 => "sha1",
        DigestAlgorithm.Md5 => "md5",
        DigestAlgorithm.Crc32 => "crc32",
        DigestAlgorithm.Crc32C => "crc32c",
        _ => "crc64nvme",
    };
}
