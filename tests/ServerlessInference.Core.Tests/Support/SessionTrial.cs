using Microsoft.Extensions.Logging;
using ServerlessInference.Models;
using ServerlessInference.Sessions;

namespace ServerlessInference.Tests.Support;

/// <summary>Loads models as the loader does, runs them on a fixed input, and keeps what was logged.</summary>
internal sealed class SessionTrial : IDisposable
{
    private readonly CapturingLoggerProvider _log = new();
    private readonly OnnxSessionFactory _factory;

    public SessionTrial() => _factory = new OnnxSessionFactory(_log.CreateLogger<OnnxSessionFactory>(), new InferenceThreadOptions());

    /// <summary>Gets the warnings, without those of ONNX Runtime itself.</summary>
    public IEnumerable<string> Warnings =>
        _log.Records.Where(record => record.Level == LogLevel.Warning && record.Id != 20).Select(record => record.Text);

    public static ModelOptions Options(Action<ModelOptions>? configure = null)
    {
        var options = new ModelOptions { IntraOpThreads = 1 };
        configure?.Invoke(options);
        return options;
    }

    public OnnxSession Load(ModelArtifact artifact, ModelOptions? options = null, string? processor = "own") => processor == "own"
        ? _factory.Create(artifact, options ?? Options(), CancellationToken.None)
        : _factory.Create(artifact, options ?? Options(), processor, CancellationToken.None);

    /// <summary>Loads the model of a folder and runs it.</summary>
    public float[] Run(string folder, ModelOptions? options = null, string? processor = "own")
    {
        using ModelArtifact artifact = Open(folder);
        using OnnxSession session = Load(artifact, options, processor);
        return Run(session, artifact);
    }

    public static ModelArtifact Open(string folder) =>
        new FileSystemModelSource(folder).LoadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <summary>Runs a session on numbers that are the same each time, and copies its first output.</summary>
    public static float[] Run(OnnxSession session, ModelArtifact artifact, int rows = 1)
    {
        using InferenceBatch batch = Batch(session, artifact, rows);
        return RunOn(session, batch, rows);
    }

    public static InferenceBatch Batch(OnnxSession session, ModelArtifact artifact, int rows = 1) =>
        new(new LoadedModel(new ModelIdentity("m", artifact.Version, artifact.Source), session.Description, artifact), rows);

    public static float[] RunOn(OnnxSession session, InferenceBatch batch, int rows = 1)
    {
        long[] shape = session.Description.Inputs[0].Shape.ToArray();
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = shape[i] < 0 ? rows : shape[i];
        }

        Span<float> input = batch.CreateInput<float>(0, shape);
        for (int i = 0; i < input.Length; i++)
        {
            input[i] = ((i * 7919) % 256 / 128f) - 1;
        }

        session.Run(batch, batch.Model.Identity, CancellationToken.None);
        return batch.GetOutput<float>(0).Elements.ToArray();
    }

    public void Dispose() => _log.Dispose();
}
