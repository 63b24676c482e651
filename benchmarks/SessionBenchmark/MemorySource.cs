using ServerlessInference.Models;

namespace SessionBenchmark;

/// <summary>A prepared model that is only in memory, as one that must not touch the disk.</summary>
internal sealed class MemorySource(string prepared) : IModelSource
{
    public string Description => "memory:benchmark";

    public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult("1");

    public async ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default) => new(Description, "1",
    [
        ModelFile.InMemory(Path.GetFileName(prepared), await File.ReadAllBytesAsync(prepared, cancellationToken).ConfigureAwait(false)),
        ModelFile.InMemory(
            Path.GetFileName(prepared) + ".json",
            await File.ReadAllBytesAsync(prepared + ".json", cancellationToken).ConfigureAwait(false)),
    ]);
}
