namespace ServerlessInference.Models;

/// <summary>One named file of a model, on disk or in memory.</summary>
/// <remarks>Immutable and thread-safe. The <see cref="ModelArtifact"/> that contains it owns the file on disk or the memory.</remarks>
public sealed class ModelFile
{
    private ModelFile(string name, long length, string? physicalPath, ReadOnlyMemory<byte> memory)
    {
        Name = name;
        Length = length;
        PhysicalPath = physicalPath;
        Memory = memory;
    }

    /// <summary>Gets the name within the model, with <c>/</c> as the separator: <c>model.onnx</c>, <c>onnx/model.onnx</c>.</summary>
    public string Name { get; }

    /// <summary>Gets the size in bytes.</summary>
    public long Length { get; }

    /// <summary>Gets the path at which the file can be opened or mapped; <see langword="null"/> if it is only in memory.</summary>
    public string? PhysicalPath { get; }

    /// <summary>Gets a value indicating whether nothing changes the file on disk while its artifact exists.</summary>
    internal bool IsOwned { get; private init; }

    /// <summary>Gets the content if the file is only in memory; empty if <see cref="PhysicalPath"/> is set.</summary>
    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>Describes a file on disk.</summary>
    /// <param name="name">The name within the model.</param>
    /// <param name="path">Its path.</param>
    /// <param name="length">Its size in bytes.</param>
    /// <returns>The file.</returns>
    public static ModelFile OnDisk(string name, string path, long length)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new ModelFile(name, length, path, default);
    }

    /// <summary>Describes a file on disk that its artifact owns or locks, so that nothing changes it.</summary>
    internal static ModelFile Owned(string name, string path, long length) => new(name, length, path, default) { IsOwned = true };

    /// <summary>Describes a file in memory.</summary>
    /// <param name="name">The name within the model.</param>
    /// <param name="content">Its content, which must not change afterwards.</param>
    /// <returns>The file.</returns>
    public static ModelFile InMemory(string name, ReadOnlyMemory<byte> content)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new ModelFile(name, content.Length, null, content);
    }

    /// <summary>Reads the whole file.</summary>
    /// <param name="maxLength">The largest size in bytes to accept. Vocabularies, labels and settings are small.</param>
    /// <returns>The content. For a file in memory, this is the memory itself and not a copy.</returns>
    /// <exception cref="ModelLoadException">The file is larger than <paramref name="maxLength"/>, or cannot be read.</exception>
    public ReadOnlyMemory<byte> ReadAllBytes(int maxLength = 256 * 1024 * 1024)
    {
        if (Length > maxLength)
        {
            throw new ModelLoadException(
                $"The file '{Name}' has {Length:N0} bytes; at most {maxLength:N0} are read into memory. Check that it is the right file.");
        }

        if (PhysicalPath is null)
        {
            return Memory;
        }

        try
        {
            return File.ReadAllBytes(PhysicalPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"The file '{PhysicalPath}' cannot be read: {exception.Message}", exception);
        }
    }
}
