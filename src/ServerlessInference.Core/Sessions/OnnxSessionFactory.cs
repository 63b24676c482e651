using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Models;
using ServerlessInference.Packages;

namespace ServerlessInference.Sessions;

/// <summary>Creates sessions, and says in plain words why one cannot be created.</summary>
internal sealed class OnnxSessionFactory(ILogger<OnnxSessionFactory> logger, SplitPackage? package = null)
{
    /// <summary>Starts ONNX Runtime on another thread, once a split package that may hold its library is there.</summary>
    public Task StartRuntimeAsync(CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            if (package is not null)
            {
                await package.LoadAsync(cancellationToken).ConfigureAwait(false);
            }

            StartRuntime();
        },
        cancellationToken);

    private void StartRuntime() => OrtRuntime.Start(logger, package is null ? null : package.Describe);

    public OnnxSession Create(ModelFile file, ModelOptions options, string source, CancellationToken cancellationToken)
    {
        StartRuntime();
        if (file.Length == 0)
        {
            throw new ModelLoadException($"The model '{file.Name}' from {source} is empty (0 bytes). Bring it there again.");
        }

        using var settings = new SessionOptions();
        settings.GraphOptimizationLevel = options.GraphOptimization;
        settings.IntraOpNumThreads = options.IntraOpThreads > 0 ? options.IntraOpThreads : Environment.ProcessorCount;
        settings.InterOpNumThreads = options.InterOpThreads;
        settings.ExecutionMode = options.InterOpThreads > 1 ? ExecutionMode.ORT_PARALLEL : ExecutionMode.ORT_SEQUENTIAL;
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", options.AllowSpinning ? "1" : "0");
        settings.AddSessionConfigEntry("session.inter_op.allow_spinning", options.AllowSpinning ? "1" : "0");
        CustomOperators.Register(settings, options.CustomOperatorLibraries, package);
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static state => ((SessionOptions)state!).SetLoadCancellationFlag(true), settings);
        try
        {
            return new OnnxSession(file.PhysicalPath is { } path
                ? new InferenceSession(path, settings)
                : new InferenceSession(WholeArray(file.Memory), settings));
        }
        catch (OnnxRuntimeException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new ModelLoadException($"The model '{file.Name}' from {source} cannot be loaded: {Explain(exception.Message, file)}", exception);
        }
    }

    // ONNX Runtime copies what it keeps, so a model that is an array of its own needs no copy before.
    private static byte[] WholeArray(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment) && segment.Count == segment.Array!.Length ? segment.Array : memory.ToArray();

    private static string Explain(string message, ModelFile file)
    {
        if (message.Contains("Unsupported model IR version", StringComparison.Ordinal))
        {
            return $"it is of a newer ONNX format than ONNX Runtime {RuntimeVersion} knows. Export it with an older IR version, or update ONNX Runtime. ({message})";
        }

        if (message.Contains("Opset", StringComparison.Ordinal) && message.Contains("under development", StringComparison.Ordinal)
            || message.Contains("opset", StringComparison.OrdinalIgnoreCase) && message.Contains("is not supported", StringComparison.Ordinal))
        {
            return $"it uses a newer operator set than ONNX Runtime {RuntimeVersion} knows. Export it with an older opset, or update ONNX Runtime. ({message})";
        }

        if (message.Contains("is not a registered function/op", StringComparison.Ordinal) || message.Contains("No Op registered for", StringComparison.Ordinal))
        {
            return $"it uses an operator that ONNX Runtime {RuntimeVersion} does not have. Register the library with that operator, or export the model without it. ({message})";
        }

        if (message.Contains("[ErrorCode:NotImplemented]", StringComparison.Ordinal))
        {
            return $"ONNX Runtime {RuntimeVersion} knows one of its operators, but not for this element type on this processor. Export the model with another type. ({message})";
        }

        if (message.Contains("[ErrorCode:InvalidProtobuf]", StringComparison.Ordinal))
        {
            return $"its {file.Length:N0} bytes are no ONNX model; most often it was truncated on its way. Compare its size and digest with the original. ({message})";
        }

        if (message.Contains("External data path", StringComparison.Ordinal) || message.Contains("External initializer", StringComparison.Ordinal))
        {
            return file.PhysicalPath is null
                ? $"it is in memory, but its weights stand in a file of their own, which only works on disk. Save the model as one file, or take it from a folder. ({message})"
                : $"its weights stand in a file of their own that is not beside it, or is too short. Bring the model with all its files. ({message})";
        }

        if (message.Contains("Failed to construct locale", StringComparison.Ordinal))
        {
            return $"it wants a locale that this system does not have, as scikit-learn's text models do. Set the node's locale attribute to 'C.UTF-8', or LOCPATH to a folder with the compiled locale. ({message})";
        }

        return message;
    }

    private static string RuntimeVersion => OrtEnv.Instance().GetVersionString();
}
