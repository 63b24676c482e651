using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Sessions.Prepared;

namespace ServerlessInference.Sessions;

/// <summary>The content that a session is created from: a path that ONNX Runtime reads or maps, or bytes.</summary>
/// <remarks>
/// A mapped model stays mapped as long as its session lives. The mapping is private, so it is safe to replace or delete the file.
/// Overwriting the file would change the model while it answers, and truncating it would crash the process. A file is therefore mapped in
/// place only if nothing can do that: on a read-only file system, or if its artifact owns it. Any other file is copied into memory first,
/// unless <see cref="ModelLoading.Mapped"/> asks for it.
/// </remarks>
internal sealed class SessionContent : IDisposable
{
    private MemoryFile? _backing;

    /// <summary>Completes the settings of a session for a model, and verifies its content.</summary>
    /// <param name="file">The model.</param>
    /// <param name="loading">How its bytes are passed.</param>
    /// <param name="source">The source, for messages.</param>
    /// <param name="settings">The settings of the session.</param>
    /// <param name="expected">What the record of a prepared model says; <see langword="null"/> if that is not compared.</param>
    /// <exception cref="ModelLoadException">The content is not the one in the record, or cannot be loaded in this way.</exception>
    public SessionContent(
        ModelFile file, ModelLoading loading, string source, SessionOptions settings, PreparedFile? expected = null)
    {
        bool ort = file.Name.EndsWith(".ort", StringComparison.OrdinalIgnoreCase);
        if (ort)
        {
            settings.AddSessionConfigEntry("session.load_model_format", "ORT");
        }

        bool map = loading == ModelLoading.Mapped || (loading == ModelLoading.Auto && ort && OperatingSystem.IsLinux());
        if (map)
        {
            CheckMappable(file, ort, source);
            Map(file, loading, settings, expected);
            return;
        }

        if (expected is not null)
        {
            VerifiedReading.Read(file, expected);
        }

        if (loading == ModelLoading.Bytes)
        {
            Bytes = ToArray(file.ReadAllBytes(Array.MaxLength));
        }
        else if (file.PhysicalPath is { } path)
        {
            Path = path;
        }
        else if (loading == ModelLoading.Path)
        {
            throw new ModelLoadException(
                $"The model '{file.Name}' from {source} is only in memory and has no path. Set the option Loading to Auto.");
        }
        else
        {
            Bytes = ToArray(file.Memory);
        }
    }

    /// <summary>Gets the path; <see langword="null"/> if the model is in <see cref="Bytes"/>.</summary>
    public string? Path { get; private set; }

    public byte[] Bytes { get; } = [];

    /// <summary>Hands over what must be kept as long as the session. The caller disposes it afterwards.</summary>
    public IDisposable? TakeBacking()
    {
        MemoryFile? backing = _backing;
        _backing = null;
        return backing;
    }

    public void Dispose() => _backing?.Dispose();

    private static void CheckMappable(ModelFile file, bool ort, string source)
    {
        if (!ort || !OperatingSystem.IsLinux())
        {
            throw new ModelLoadException(
                $"The model '{file.Name}' from {source} cannot be mapped: " +
                (ort ? "mapping requires Linux" : "mapping requires the .ort format, which 'serverless-inference optimize' writes") +
                ". Set the option Loading to Auto.");
        }
    }

    private void Map(ModelFile file, ModelLoading loading, SessionOptions settings, PreparedFile? expected)
    {
        if (file.PhysicalPath is { } path && (loading == ModelLoading.Mapped || file.IsOwned || ReadOnlyFileSystem.Contains(path)))
        {
            Path = path;
            if (expected is not null)
            {
                VerifiedReading.Read(file, expected);
            }
        }
        else
        {
            _backing = CopyToMemory(file, expected);
            Path = _backing.Path;
        }

        settings.AddSessionConfigEntry("session.use_memory_mapped_ort_model", "1");
        settings.AddSessionConfigEntry("session.use_ort_model_bytes_for_initializers", "1");
    }

    private static MemoryFile CopyToMemory(ModelFile file, PreparedFile? expected)
    {
        MemoryFile copy = MemoryFile.Create(file.PhysicalPath is null ? file.Name : "copy of " + file.Name);
        try
        {
            VerifiedReading.Read(file, expected, copy.Handle);
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    // ONNX Runtime copies what it keeps, so a model that fills a whole array does not have to be copied here.
    private static byte[] ToArray(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment) && segment.Count == segment.Array!.Length
            ? segment.Array
            : memory.ToArray();
}
