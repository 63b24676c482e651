using System.Security.Cryptography;
using ServerlessInference.Models;
using ServerlessInference.Models.Prepared;

namespace ServerlessInference.Sessions.Prepared;

/// <summary>Finds the prepared models that fit the processor and the ONNX Runtime at hand.</summary>
/// <remarks>
/// Names say which are worth a look, so that a single small file is read in the usual case. What is read is held against what is
/// there: versions, class, length, a sample of the plain model; the digests of all bytes only where that is asked for.
/// </remarks>
internal sealed class PreparedModels
{
    private const int MaxRecordLength = 64 * 1024;

    private readonly ModelArtifact _artifact;
    private readonly string _runtime;
    private readonly string? _processor;
    private readonly List<PreparedName> _names = [];

    /// <summary>Looks at the names of a model's files.</summary>
    /// <param name="artifact">The files.</param>
    /// <param name="file">The option <see cref="ModelOptions.File"/>: the plain model, or one prepared model.</param>
    /// <param name="runtime">The version of ONNX Runtime.</param>
    /// <param name="processor">The class of the processor at hand.</param>
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
            artifact.GetModelFile(file); // says what is there
        }
    }

    /// <summary>Gets the name of the plain model, which need not be there.</summary>
    public string Model { get; }

    /// <summary>Gets the plain model, where it is there.</summary>
    public ModelFile? Plain { get; }

    public bool Any => _names.Count > 0;

    /// <summary>Gets why prepared models that could have been used were not.</summary>
    public List<string> Refusals { get; } = [];

    /// <summary>Gives what fits, the best first, and notes why others do not.</summary>
    /// <param name="verify">Whether all bytes are read and held against the digests in the record.</param>
    public IEnumerable<ModelFile> Fitting(bool verify)
    {
        foreach (string? processor in new[] { _processor, ProcessorClass.Any })
        {
            foreach (PreparedName name in _names)
            {
                if (name.Processor == processor && Check(name, verify) is { } file)
                {
                    yield return file;
                }
            }
        }

        foreach (PreparedName name in _names)
        {
            if (name.Processor != _processor && name.Processor != ProcessorClass.Any)
            {
                Refusals.Add($"'{name.File}' is for {name.Processor} processors, and this one is {_processor ?? "of none of the known classes"}");
            }
        }
    }

    /// <summary>Tells whether another prepared model may be tried where one cannot be loaded.</summary>
    public bool Others(ModelFile file) => _names.Any(name => name.File != file.Name);

    private ModelFile? Check(PreparedName name, bool verify)
    {
        string? refusal = name.OnnxRuntime == _runtime
            ? Refuse(name, verify)
            : $"it is for ONNX Runtime {name.OnnxRuntime}, and this is {_runtime}";
        if (refusal is null)
        {
            _artifact.TryGetFile(name.File, out ModelFile? file);
            return file;
        }

        Refusals.Add($"'{name.File}' is not used: {refusal}");
        return null;
    }

    private string? Refuse(PreparedName name, bool verify)
    {
        if (!_artifact.TryGetFile(name.Record, out ModelFile? recordFile))
        {
            return $"its record '{name.Record}' is not beside it";
        }

        try
        {
            PreparedRecord? record = recordFile.Length > MaxRecordLength ? null : PreparedRecord.TryRead(recordFile.ReadAllBytes(MaxRecordLength).Span);
            return record is null ? $"'{name.Record}' is no record of format {PreparedRecord.CurrentFormat}" : Refuse(record, name, verify);
        }
        catch (Exception exception) when (exception is ModelLoadException or IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    private string? Refuse(PreparedRecord record, PreparedName name, bool verify)
    {
        _artifact.TryGetFile(name.File, out ModelFile? file);
        if (record.OnnxRuntime != _runtime)
        {
            return $"its record is of ONNX Runtime {record.OnnxRuntime}, and this is {_runtime}";
        }

        if (record.Processor != name.Processor)
        {
            return $"its record is for {record.Processor} processors, its name for {name.Processor}";
        }

        if (file!.Length != record.Result.Length)
        {
            return $"it has {file.Length:N0} bytes, its record says {record.Result.Length:N0}; it was truncated, or the record is another's";
        }

        if (Plain is not null && (Plain.Length != record.Source.Length || SourceSample.Of(_artifact, Plain.Name) != record.SourceSample))
        {
            return $"'{Plain.Name}' is not the model that it was made of; prepare that one again";
        }

        if (!verify)
        {
            return null;
        }

        return Digest(file) != record.Result.Sha256 ? "its SHA-256 is not the one in its record" :
            Plain is not null && Digest(Plain) != record.Source.Sha256 ? $"the SHA-256 of '{Plain.Name}' is not the one in its record" : null;
    }

    /// <summary>Digests a whole file.</summary>
    public static string Digest(ModelFile file)
    {
        if (file.PhysicalPath is not { } path)
        {
            return Convert.ToHexStringLower(SHA256.HashData(file.Memory.Span));
        }

        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
