using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Models;
using ServerlessInference.Models.Graphs;
using ServerlessInference.Models.Prepared;
using ServerlessInference.Sessions.Prepared;

namespace ServerlessInference.Sessions;

/// <summary>Prepares models at deployment time, so that functions load them in a fraction of the time.</summary>
/// <remarks>
/// <para>A prepared model is the optimised graph in ONNX Runtime's own format, which sessions map into memory and use in place. It can be
/// used only with the version of ONNX Runtime that wrote it and, at level <see cref="PreparationLevel.All"/>, only on one class of
/// processors. Both are part of its name and of a record next to it, and are checked before it is used.</para>
/// <para>Thread-safe. Design: docs/architecture/sessions.md.</para>
/// </remarks>
/// <example>
/// <code>
/// PreparedModel prepared = await ModelPreparation.WriteAsync("models/resnet50", "models/resnet50");
/// Console.WriteLine($"{prepared.File} is for {prepared.Processor} processors.");
/// </code>
/// </example>
public static class ModelPreparation
{
    /// <summary>Gets the class of this processor: <c>avx2</c>, <c>avx512</c>, <c>arm64</c>; <see langword="null"/> for others.</summary>
    public static string? Processor => ProcessorClass.Current;

    /// <summary>Prepares a model.</summary>
    /// <param name="model">The <c>.onnx</c> file of the model, or a directory that contains one.</param>
    /// <param name="folder">
    /// The directory to which the prepared model and its record are written. It is created if it does not exist, and need not contain the
    /// model itself.
    /// </param>
    /// <param name="level">How much the model is optimised.</param>
    /// <param name="cancellationToken">Cancels the preparation.</param>
    /// <returns>The prepared model.</returns>
    /// <exception cref="ModelLoadException">The model cannot be read or loaded, or the class of this processor is not known.</exception>
    /// <exception cref="IOException">The result cannot be written.</exception>
    public static async Task<PreparedModel> WriteAsync(
        string model, string folder, PreparationLevel level = PreparationLevel.All, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        using ModelArtifact artifact = await new FileSystemModelSource(model).LoadAsync(cancellationToken).ConfigureAwait(false);
        return await Task.Run(() => Write(artifact, artifact.GetModelFile(), folder, level, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
    }

    private static PreparedModel Write(
        ModelArtifact artifact, ModelFile source, string folder, PreparationLevel level, CancellationToken cancellationToken)
    {
        if (!source.Name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            throw new ModelLoadException(
                $"{artifact.Source} has '{source.Name}', but only an .onnx file can be prepared. Use the model that it was created from.");
        }

        OrtRuntime.Start(NullLogger.Instance);
        string processor = level == PreparationLevel.Extended ? ProcessorClass.Any : ProcessorClass.Current ?? throw new ModelLoadException(
            $"This processor ({RuntimeInformation.ProcessArchitecture}) does not belong to the classes {ProcessorClass.Avx2}, " +
            $"{ProcessorClass.Avx512} and {ProcessorClass.Arm64}. Prepare the model at level extended, or on another machine.");
        var name = new PreparedName(source.Name, processor, OrtEnv.Instance().GetVersionString());
        string path = Path.GetFullPath(Path.Combine(folder, name.File));
        string record = Path.GetFullPath(Path.Combine(folder, name.Record));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            IReadOnlyList<string> outputs = Optimize(source, unfinished, level, artifact.Source, cancellationToken);
            bool aligned = WeightAlignment.TryAlign(unfinished);
            var result = ModelFile.OnDisk(name.File, unfinished, new FileInfo(unfinished).Length);
            var content = new PreparedRecord(
                name.OnnxRuntime,
                level == PreparationLevel.All ? "all" : "extended",
                processor,
                new PreparedFile(Path.GetFileName(source.Name), source.Length, PreparedModels.ComputeDigest(source)),
                SourceSample.Compute(artifact, source.Name),
                new PreparedFile(
                    Path.GetFileName(name.File),
                    result.Length,
                    PreparedModels.ComputeDigest(result),
                    VerifiedReading.ComputeCrc32C(result)),
                ModelGraph.TryRead(source)?.Summarize(outputs));

            // A model without its record is not used. Deleting the record first keeps a new model from being paired with an old record.
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

    // Returns the names of the outputs.
    private static IReadOnlyList<string> Optimize(
        ModelFile source, string path, PreparationLevel level, string origin, CancellationToken cancellationToken)
    {
        using var settings = new SessionOptions();
        settings.GraphOptimizationLevel =
            level == PreparationLevel.All ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_ENABLE_EXTENDED;
        settings.OptimizedModelFilePath = path;
        settings.AddSessionConfigEntry("session.save_model_format", "ORT");

        // ONNX Runtime warns that the result is only for this kind of processor. The record says that already.
        settings.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR;
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static state => ((SessionOptions)state!).SetLoadCancellationFlag(true), settings);
        try
        {
            using var session = new InferenceSession(source.PhysicalPath!, settings);
            return session.OutputNames;
        }
        catch (OnnxRuntimeException exception) when (MissingLocale.IsReason(exception) && MissingLocale.TryReplace(source) is { } changed)
        {
            using var session = new InferenceSession(changed, settings);
            return session.OutputNames;
        }
        catch (OnnxRuntimeException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new ModelLoadException(
                $"The model '{source.Name}' from {origin} cannot be prepared: " +
                $"{SessionFailure.Explain(exception.Message, source)}", exception);
        }
    }
}
