using ServerlessInference.Models;

namespace ServerlessInference.Tests.Support;

/// <summary>A source whose model changes when a test says so: version <c>vN</c> computes x + N.</summary>
internal sealed class VersionedSource : IModelSource
{
    private int _loads;
    private int _asked;

    public int Current { get; set; } = 1;

    /// <summary>Gets or sets what stands in the place of the model's bytes; null makes the model of the version.</summary>
    public byte[]? Content { get; set; }

    /// <summary>Gets or sets what the question for the version ends with.</summary>
    public Exception? VersionError { get; set; }

    /// <summary>Gets or sets what every load waits for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public Dictionary<string, Owner> Owners { get; } = [];

    public int Loads => Volatile.Read(ref _loads);

    public int Asked => Volatile.Read(ref _asked);

    public string Description => "memory:versions";

    public static byte[] Model(int version, int width = 1) => new OnnxModelBuilder()
        .With(graph => graph
            .Input("x", Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float, "n", width)
            .Output("y", Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float, "n", width)
            .Weights("w", [.. Enumerable.Repeat((float)version, width)], width)
            .Node("Add", ["x", "w"], ["y"]))
        .Build();

    public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _asked);
        return VersionError is { } error ? ValueTask.FromException<string>(error) : ValueTask.FromResult($"v{Current}");
    }

    public async ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _loads);
        await Gate.WaitAsync(cancellationToken);
        int version = Current;
        var owner = new Owner();
        lock (Owners)
        {
            Owners[$"v{version}"] = owner;
        }

        return StubModelSource.Artifact(Content ?? Model(version), Description, $"v{version}", owner);
    }
}
