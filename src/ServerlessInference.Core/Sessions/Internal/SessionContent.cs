using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Sessions;

/// <summary>What a session is made of: a path that ONNX Runtime reads or maps, or bytes.</summary>
/// <remarks>
/// A mapped model stays mapped as long as its session lives. The mapping is private, so renaming over the file or removing it does no
/// harm; cutting it short would, and whoever owns the file (the artifact's lock, the memory file here) keeps that from happening.
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
            Bytes = WholeArray(file.ReadAllBytes(Array.MaxLength));
        }
        else if (file.PhysicalPath is { } path)
        {
            Path = path;
        }
        else if (loading == ModelLoading.Path)
        {
            throw new ModelLoadException($"The model '{file.Name}' from {source} is only in memory and has no path. Set the option Loading to Auto.");
        }
        else
        {
            Bytes = WholeArray(file.Memory);
        }
    }

    /// <summary>Gets the path; <see langword="null"/> where the model is in <see cref="Bytes"/>.</summary>
    public string? Path { get; private set; }

    public byte[] Bytes { get; } = [];

    /// <summary>Gives what must be kept as long as the session; the caller disposes it then.</summary>
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
                (ort ? "that takes Linux" : "only the .ort format can, which 'serverless-inference optimize' makes") + ". Set the option Loading to Auto.");
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

    // ONNX Runtime copies what it keeps, so a model that is an array of its own needs no copy before.
    private static byte[] WholeArray(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment) && segment.Count == segment.Array!.Length ? segment.Array : memory.ToArray();
}
