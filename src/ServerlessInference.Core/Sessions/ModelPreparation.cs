using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Models;
using ServerlessInference.Models.Prepared;
using ServerlessInference.Sessions.Prepared;

namespace ServerlessInference.Sessions;

/// <summary>Prepares models when they are deployed, so that functions load them in a fraction of the time.</summary>
/// <remarks>
/// <para>A prepared model is the optimised graph in ONNX Runtime's own format, which sessions map into memory and use in place. It is
/// good for the version of ONNX Runtime that wrote it and, at level <see cref="PreparationLevel.All"/>, for one class of processors;
/// both stand in its name and in a record beside it, and sessions hold them against what is at hand.</para>
/// <para>Thread-safe. Design: docs/architecture/sessions.md.</para>
/// </remarks>
public static class ModelPreparation
{
    /// <summary>Gets the class of the processor at hand: <c>avx2</c>, <c>avx512</c>, <c>arm64</c>; <see langword="null"/> for others.</summary>
    public static string? Processor => ProcessorClass.Current;

    /// <summary>Prepares a model.</summary>
    /// <param name="model">Its <c>.onnx</c> file, or a folder with one.</param>
    /// <param name="folder">Where the prepared model and its record are written, beside a copy of the model or not; created where it is missing.</param>
    /// <param name="level">How far it is optimised.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="ModelLoadException">The model cannot be read or loaded, or this processor is of none of the known classes.</exception>
    /// <exception cref="IOException">The result cannot be written.</exception>
    public static async Task<PreparedModel> WriteAsync(
        string model, string folder, PreparationLevel level = PreparationLevel.All, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        using ModelArtifact artifact = await new FileSystemModelSource(model).LoadAsync(cancellationToken).ConfigureAwait(false);
        return await Task.Run(() => Write(artifact, artifact.GetModelFile(), folder, level, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private static PreparedModel Write(ModelArtifact artifact, ModelFile source, string folder, PreparationLevel level, CancellationToken cancellationToken)
    {
        if (!source.Name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            throw new ModelLoadException($"{artifact.Source} has '{source.Name}', and only an .onnx file can be prepared. Give the model that it was made of.");
        }

        OrtRuntime.Start(NullLogger.Instance);
        string processor = level == PreparationLevel.Extended ? ProcessorClass.Any : ProcessorClass.Current ?? throw new ModelLoadException(
            $"This processor ({RuntimeInformation.ProcessArchitecture}) is of none of the classes {ProcessorClass.Avx2}, {ProcessorClass.Avx512} and {ProcessorClass.Arm64}. " +
            "Prepare the model at level extended, or on another machine.");
        var name = new PreparedName(source.Name, processor, OrtEnv.Instance().GetVersionString());
        string path = Path.GetFullPath(Path.Combine(folder, name.File));
        string record = Path.GetFullPath(Path.Combine(folder, name.Record));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            Optimize(source, unfinished, level, artifact.Source, cancellationToken);
            bool aligned = WeightAlignment.TryAlign(unfinished);
            var result = ModelFile.OnDisk(name.File, unfinished, new FileInfo(unfinished).Length);
            var content = new PreparedRecord(
                name.OnnxRuntime,
                level == PreparationLevel.All ? "all" : "extended",
                processor,
                new PreparedFile(Path.GetFileName(source.Name), source.Length, PreparedModels.Digest(source)),
                SourceSample.Of(artifact, source.Name),
                new PreparedFile(Path.GetFileName(name.File), result.Length, PreparedModels.Digest(result)));

            // Without its record a model is not used, so at no moment one stands beside the record of another.
            File.Delete(record);
            File.Move(unfinished, path, overwrite: true);
            File.WriteAllBytes(unfinished, content.ToJson());
            File.Move(unfinished, record, overwrite: true);
            return new PreparedModel(path, record, result.Length, level, processor, name.OnnxRuntime, aligned);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static void Optimize(ModelFile source, string path, PreparationLevel level, string origin, CancellationToken cancellationToken)
    {
        using var settings = new SessionOptions();
        settings.GraphOptimizationLevel =
            level == PreparationLevel.All ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_ENABLE_EXTENDED;
        settings.OptimizedModelFilePath = path;
        settings.AddSessionConfigEntry("session.save_model_format", "ORT");

        // It warns that the result is for this kind of processor only, which the record says.
        settings.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR;
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static state => ((SessionOptions)state!).SetLoadCancellationFlag(true), settings);
        try
        {
            new InferenceSession(source.PhysicalPath!, settings).Dispose();
        }
        catch (OnnxRuntimeException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new ModelLoadException($"The model '{source.Name}' from {origin} cannot be prepared: {SessionFailure.Explain(exception.Message, source)}", exception);
        }
    }
}
