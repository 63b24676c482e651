using System.Buffers.Binary;
using System.Security.Cryptography;
using ServerlessInference.Models;
using ServerlessInference.Models.Prepared;

namespace ServerlessInference.Sessions.Prepared;

/// <summary>A digest of parts of a model. It shows within microseconds whether a prepared model was made from a different model.</summary>
/// <remarks>
/// It covers the lengths of the model and of the files whose names begin with its name (external data), 4 KiB from the middle of each, and
/// the last 16 KiB, where exporters write the last weights, the outputs and the metadata. A difference elsewhere goes unnoticed; the record
/// contains the full digest for that.
/// </remarks>
internal static class SourceSample
{
    private const int Middle = 4 * 1024;
    private const int Tail = 16 * 1024;

    public static string Compute(ModelArtifact artifact, string model)
    {
        var files = new List<ModelFile>();
        foreach (ModelFile file in artifact.Files)
        {
            if (file.Name.StartsWith(model, StringComparison.Ordinal) && !PreparedName.IsPreparedFile(file.Name))
            {
                files.Add(file);
            }
        }

        files.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(long)];
        byte[] buffer = new byte[Tail];
        foreach (ModelFile file in files)
        {
            BinaryPrimitives.WriteInt64LittleEndian(length, file.Length);
            hash.AppendData(length);
            if (file.PhysicalPath is { } path)
            {
                using var handle = File.OpenHandle(path);
                hash.AppendData(buffer.AsSpan(0, RandomAccess.Read(handle, buffer.AsSpan(0, Middle), file.Length / 2)));
                hash.AppendData(buffer.AsSpan(0, RandomAccess.Read(handle, buffer, Math.Max(0, file.Length - Tail))));
            }
            else
            {
                ReadOnlySpan<byte> content = file.Memory.Span;
                hash.AppendData(content.Slice(content.Length / 2, Math.Min(Middle, content.Length - (content.Length / 2))));
                hash.AppendData(content[Math.Max(0, content.Length - Tail)..]);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }
}
