using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using ServerlessInference.Models;

namespace ServerlessInference.Sessions.Prepared;

/// <summary>Reads a prepared model once: compares its content with its record, and copies it if it cannot be used where it is.</summary>
/// <remarks>ONNX Runtime trusts the format: after a single flipped bit it may answer wrongly, or request any amount of memory.</remarks>
internal static class VerifiedReading
{
    /// <summary>Small enough for the processor's cache, so that a piece is still there when it is copied.</summary>
    private const int BufferSize = 64 * 1024;

    /// <summary>Reads a file.</summary>
    /// <param name="file">The prepared model.</param>
    /// <param name="expected">What its record says; <see langword="null"/> if that is not compared.</param>
    /// <param name="copy">The file to which it is copied; <see langword="null"/> for none.</param>
    /// <exception cref="ModelLoadException">The content is not the one in the record.</exception>
    public static void Read(ModelFile file, PreparedFile? expected, SafeFileHandle? copy = null)
    {
        try
        {
            using IncrementalHash? sha256 =
                expected is { Crc32C: null } ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
            string actual = ReadAll(file, sha256, copy);
            if (expected is not null && actual != (expected.Crc32C ?? expected.Sha256))
            {
                throw new ModelLoadException(
                    $"The prepared model '{file.Name}' does not have the content that its record states: its " +
                    $"{(expected.Crc32C is null ? "SHA-256" : "CRC-32C")} is {actual}. It is damaged, or was being overwritten. Prepare " +
                    "the model again, and never overwrite a model: rename the new file over the old one.");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException(
                $"The model '{file.PhysicalPath ?? file.Name}' cannot be read into memory: {exception.Message}", exception);
        }
    }

    /// <summary>Computes the CRC-32C of a file.</summary>
    public static string ComputeCrc32C(ModelFile file) => ReadAll(file, null, null);

    /// <summary>Reads a file, copies it if a copy is given, and computes its SHA-256 if a hash is given, otherwise its CRC-32C.</summary>
    private static string ReadAll(ModelFile file, IncrementalHash? sha256, SafeFileHandle? copy)
    {
        var crc = default(Crc32C);
        if (file.PhysicalPath is not { } path)
        {
            Take(file.Memory.Span, 0, ref crc, sha256, copy);
        }
        else
        {
            using SafeFileHandle source = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
            for (long position = 0; RandomAccess.Read(source, buffer, position) is > 0 and int read; position += read)
            {
                Take(buffer.AsSpan(0, read), position, ref crc, sha256, copy);
            }
        }

        return sha256 is null ? crc.Value : Convert.ToHexStringLower(sha256.GetHashAndReset());
    }

    private static void Take(ReadOnlySpan<byte> piece, long position, ref Crc32C crc, IncrementalHash? sha256, SafeFileHandle? copy)
    {
        if (sha256 is null)
        {
            crc.Append(piece);
        }
        else
        {
            sha256.AppendData(piece);
        }

        if (copy is not null)
        {
            RandomAccess.Write(copy, piece, position);
        }
    }
}
