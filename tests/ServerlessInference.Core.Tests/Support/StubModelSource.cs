using ServerlessInference.Models;

namespace ServerlessInference.Tests.Support;

/// <summary>A source that does what a test says, and counts.</summary>
internal sealed class StubModelSource(string description, Func<CancellationToken, Task<ModelArtifact>> load) : IModelSource
{
    private int _loads;

    public int Loads => Volatile.Read(ref _loads);

    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Description => description;

    public static StubModelSource Of(byte[] model, string description = "memory:test", string version = "v1") =>
        new(description, _ => Task.FromResult(Artifact(model, description, version)));

    public static StubModelSource Failing(string description, Exception exception) =>
        new(description, _ => Task.FromException<ModelArtifact>(exception));

    /// <summary>A source that never answers and does not heed its token, as a mount that hangs.</summary>
    public static StubModelSource Hung(string description, TaskCompletionSource<ModelArtifact> answer) =>
        new(description, _ => answer.Task);

    public static ModelArtifact Artifact(byte[] model, string source = "memory:test", string version = "v1", IDisposable? owner = null) =>
        new(source, version, [ModelFile.InMemory("model.onnx", model)], owner);

    public async ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default)
    {
        using ModelArtifact artifact = await load(cancellationToken);
        return artifact.Version;
    }

    public async ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _loads);
        Entered.TrySetResult();
        return await load(cancellationToken);
    }
}
