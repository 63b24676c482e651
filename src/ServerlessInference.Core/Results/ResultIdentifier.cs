using System.Security.Cryptography;
using System.Text;

namespace ServerlessInference.Results;

/// <summary>
/// Derives the identifier of a result from the source of its input, so that a redelivered record has the same identifier.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public static class ResultIdentifier
{
    /// <summary>The namespace of these identifiers, a random number. Changing it would change all identifiers.</summary>
    private static ReadOnlySpan<byte> NameSpace =>
        [0x2b, 0x9d, 0x41, 0x6e, 0x0f, 0x7a, 0x4c, 0x15, 0x9c, 0x3d, 0x58, 0xa7, 0xe1, 0x60, 0xb4, 0x92];

    /// <summary>Derives an identifier from a record.</summary>
    /// <remarks>
    /// For an object, the identifier depends on its bucket, its key, and its version id (or its entity tag, without versioning); for any
    /// other record, on its origin and id.
    /// </remarks>
    /// <param name="record">The record.</param>
    /// <returns>A UUID of version 8 (RFC 9562, section 5.8): the first 122 bits of a SHA-256 over namespace and name.</returns>
    public static Guid Create(SinkRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Create(record.SourceObject is { } item
            ? ["object", item.Bucket, item.Key, item.Version]
            : ["record", record.Origin, record.Id]);
    }

    /// <summary>Derives an identifier from several parts. Different lists of parts have different identifiers.</summary>
    /// <param name="parts">The parts.</param>
    /// <returns>A UUID of version 8.</returns>
    public static Guid Create(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(NameSpace);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (string part in parts)
        {
            // The length comes first, so that ["ab", "c"] and ["a", "bc"] differ.
            byte[] bytes = Encoding.UTF8.GetBytes(part);
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        digest[6] = (byte)((digest[6] & 0x0f) | 0x80);
        digest[8] = (byte)((digest[8] & 0x3f) | 0x80);
        return new Guid(digest[..16], bigEndian: true);
    }
}
