using System.Security.Cryptography;

namespace ServerlessInference.Models.Transfer;

/// <summary>Computes a digest of bytes that arrive buffer by buffer. Not thread-safe.</summary>
internal sealed class IncrementalDigest : IDisposable
{
    private readonly DigestAlgorithm _algorithm;
    private readonly IncrementalHash? _hash;
    private readonly ReflectedCrc? _crc;

    public IncrementalDigest(DigestAlgorithm algorithm)
    {
        _algorithm = algorithm;
        switch (algorithm)
        {
            case DigestAlgorithm.Crc32:
                _crc = ReflectedCrc.Crc32();
                break;
            case DigestAlgorithm.Crc32C:
                _crc = ReflectedCrc.Crc32C();
                break;
            case DigestAlgorithm.Crc64Nvme:
                _crc = ReflectedCrc.Crc64Nvme();
                break;
            default:
                _hash = IncrementalHash.CreateHash(algorithm switch
                {
                    DigestAlgorithm.Sha1 => HashAlgorithmName.SHA1,
                    DigestAlgorithm.Md5 => HashAlgorithmName.MD5,
                    _ => HashAlgorithmName.SHA256,
                });
                break;
        }
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        _hash?.AppendData(data);
        _crc?.Append(data);
    }

    public ContentDigest Finish() => new(
        _algorithm,
        _hash is not null ? Convert.ToHexStringLower(_hash.GetHashAndReset())
        : _crc!.Value.ToString(_algorithm == DigestAlgorithm.Crc64Nvme ? "x16" : "x8", System.Globalization.CultureInfo.InvariantCulture));

    public void Dispose() => _hash?.Dispose();
}
