using System.Security.Cryptography;
using ServerlessInference.Models;
using ServerlessInference.Models.Prepared;

namespace ServerlessInference.Sessions.Prepared;

/// <summary>Finds the prepared models that suit this processor and this version of ONNX Runtime.</summary>
/// <remarks>
/// Names are compared first, so that usually a single small file, the record, is read. The record is compared with the files: versions,
/// processor class, length, and a sample of the plain model. <see cref="VerifiedReading"/> compares the content when it is read; here, the
/// digests of all bytes are compared only on request.
/// </remarks>
internal sealed class PreparedModels
{
    private const int MaxRecordLength = 64 * 1024;

    private readonly ModelArtifact _artifact;
    private readonly string _runtime;
    private readonly string? _processor;
    private readonly List<PreparedName> _names = [];

    /// <summary>Reads the names of a model's files.</summary>
    /// <param name="artifact">The files.</param>
    /// <param name="file">The option <see cref="ModelOptions.File"/>: the plain model, or one prepared model.</param>
    /// <param name="runtime">The version of ONNX Runtime.</param>
    /// <param name="processor">The class of this processor; <see langword="null"/> if it is not known.</param>
    public PreparedModels(ModelArtifact artifact, string? file, string runtime, string? processor)
    {
        _artifact = artifact;
        _runtime = runtime;
        _processor = processor;
        PreparedName chosen = default;
        bool one = file is not null && PreparedName.TryParse(file, out chosen);
        if (one || file is null || artifact.TryGetFile(file, out _))
        {
            ModelFile model = artifact.GetModelFile(file);
            bool prepared = PreparedName.TryParse(model.Name, out PreparedName name);
            Plain = prepared ? null : model;
            Model = prepared ? name.Model : model.Name;
        }
        else
        {
            Model = file;
        }

        foreach (ModelFile candidate in artifact.Files)
        {
            if (PreparedName.TryParse(candidate.Name, out PreparedName name) && name.Model == Model && (!one || name == chosen))
            {
                _names.Add(name);
            }
        }

        if (Plain is null && _names.Count == 0)
        {
            // Throws an exception that lists the files.
            artifact.GetModelFile(file);
        }
    }

    /// <summary>Gets the name of the plain model, which may not exist.</summary>
    public string Model { get; }

    /// <summary>Gets the plain model; <see langword="null"/> if it does not exist.</summary>
    public ModelFile? Plain { get; }

    public bool Any => _names.Count > 0;

    /// <summary>Gets why prepared models that came into consideration were not used.</summary>
    public List<string> Rejections { get; } = [];

    /// <summary>Finds the models that are suitable, the best first, and records why others are not.</summary>
    /// <param name="verify">Whether all bytes of both models are read and compared with the digests in the record.</param>
    public IEnumerable<(ModelFile File, PreparedFile Expected)> FindSuitable(bool verify)
    {
        foreach (string? processor in new[] { _processor, ProcessorClass.Any })
        {
            foreach (PreparedName name in _names)
            {
                if (name.Processor == processor && Check(name, verify) is { } suitable)
                {
                    yield return suitable;
                }
            }
        }

        foreach (PreparedName name in _names)
        {
            if (name.Processor != _processor && name.Processor != ProcessorClass.Any)
            {
                Rejections.Add(
                    $"'{name.File}' is for {name.Processor} processors, and this one is {_processor ?? "not of a known class"}");
            }
        }
    }

    /// <summary>Finds the best model whose name says that it is suitable, without reading its record.</summary>
    public ModelFile? FindByName()
    {
        foreach (string? processor in new[] { _processor, ProcessorClass.Any })
        {
            foreach (PreparedName name in _names)
            {
                if (name.Processor == processor && name.OnnxRuntime == _runtime && _artifact.TryGetFile(name.File, out ModelFile? file))
                {
                    return file;
                }
            }
        }

        return null;
    }

    /// <summary>Gets whether there is another prepared model to try if this one cannot be loaded.</summary>
    public bool HasOtherThan(ModelFile file) => _names.Any(name => name.File != file.Name);

    private (ModelFile File, PreparedFile Expected)? Check(PreparedName name, bool verify)
    {
        PreparedRecord? record = null;
        string? objection = name.OnnxRuntime == _runtime
            ? FindObjection(name, verify, out record)
            : $"it is for ONNX Runtime {name.OnnxRuntime}, and this is {_runtime}";
        if (objection is null && _artifact.TryGetFile(name.File, out ModelFile? file))
        {
            return (file, record!.Result);
        }

        Rejections.Add($"'{name.File}' is not used: {objection}");
        return null;
    }

    private string? FindObjection(PreparedName name, bool verify, out PreparedRecord? record)
    {
        record = null;
        if (!_artifact.TryGetFile(name.Record, out ModelFile? recordFile))
        {
            return $"its record '{name.Record}' is not next to it";
        }

        try
        {
            record = recordFile.Length > MaxRecordLength
                ? null
                : PreparedRecord.TryRead(recordFile.ReadAllBytes(MaxRecordLength).Span);
            return record is null
                ? $"'{name.Record}' is not a record of format {PreparedRecord.CurrentFormat}"
                : FindObjection(record, name, verify);
        }
        catch (Exception exception) when (exception is ModelLoadException or IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    private string? FindObjection(PreparedRecord record, PreparedName name, bool verify)
    {
        _artifact.TryGetFile(name.File, out ModelFile? file);
        if (record.OnnxRuntime != _runtime)
        {
            return $"its record is for ONNX Runtime {record.OnnxRuntime}, and this is {_runtime}";
        }

        if (record.Processor != name.Processor)
        {
            return $"its record is for {record.Processor} processors, its name for {name.Processor}";
        }

        if (file!.Length != record.Result.Length)
        {
            return $"it has {file.Length:N0} bytes, but its record says {record.Result.Length:N0}; it was truncated, or the record " +
                "belongs to another model";
        }

        if (Plain is not null
            && (Plain.Length != record.Source.Length || SourceSample.Compute(_artifact, Plain.Name) != record.SourceSample))
        {
            return $"'{Plain.Name}' is not the model that it was prepared from; prepare the model again";
        }

        if (!verify)
        {
            return null;
        }

        return ComputeDigest(file) != record.Result.Sha256 ? "its SHA-256 is not the one in its record" :
            Plain is not null && ComputeDigest(Plain) != record.Source.Sha256
                ? $"the SHA-256 of '{Plain.Name}' is not the one in its record"
                : null;
    }

    /// <summary>Computes the SHA-256 of a whole file.</summary>
    public static string ComputeDigest(ModelFile file)
    {
        if (file.PhysicalPath is not { } path)
        {
            return Convert.ToHexStringLower(SHA256.HashData(file.Memory.Span));
        }

        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
