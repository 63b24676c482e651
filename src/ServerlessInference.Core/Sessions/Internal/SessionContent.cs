using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Sessions;

/// <summary>The content that a session is created from: a path that ONNX Runtime reads or maps, or bytes.</summary>
/// <remarks>
/// A mapped model stays mapped as long as its session lives. The mapping is private, so it is safe to replace or delete the file.
/// Truncating the file would crash the process; the owner of the file (the lock of the artifact, or the memory file here) prevents that.
/// </remarks>
internal sealed class SessionContent : IDisposable
{
    private MemoryFile? _backing;

    public SessionContent(ModelFile file, ModelLoading loading, string source, SessionOptions settings)
    {
        bool ort = file.Name.EndsWith(".ort", StringComparison.OrdinalIgnoreCase);
        if (ort)
        {
            settings.AddSessionConfigEntry("session.load_model_format", "ORT");
        }

        bool map = loading == ModelLoading.Mapped || (loading == ModelLoading.Auto && ort && OperatingSystem.IsLinux());
        if (map)
        {
            Path = file.PhysicalPath;
            Map(file, ort, source, settings);
        }
        else if (loading == ModelLoading.Bytes)
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

    private void Map(ModelFile file, bool ort, string source, SessionOptions settings)
    {
        if (!ort || !OperatingSystem.IsLinux())
        {
            throw new ModelLoadException(
                $"The model '{file.Name}' from {source} cannot be mapped: " +
                (ort ? "mapping requires Linux" : "mapping requires the .ort format, which 'serverless-inference optimize' writes") +
                ". Set the option Loading to Auto.");
        }

        if (Path is null)
        {
            _backing = MemoryFile.Create(file.Name);
            RandomAccess.Write(_backing.Handle, file.Memory.Span, 0);
            Path = _backing.Path;
        }

        settings.AddSessionConfigEntry("session.use_memory_mapped_ort_model", "1");
        settings.AddSessionConfigEntry("session.use_ort_model_bytes_for_initializers", "1");
    }

    // ONNX Runtime copies what it keeps, so a model that fills a whole array does not have to be copied here.
    private static byte[] ToArray(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment) && segment.Count == segment.Array!.Length
            ? segment.Array
            : memory.ToArray();
}
