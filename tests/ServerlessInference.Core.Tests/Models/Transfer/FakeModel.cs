using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>A model whose objects are in memory.</summary>
internal sealed class FakeModel(params FakeObject[] objects) : IRemoteModel
{
    public int Listed { get; private set; }

    public string Description => objects.Length == 1 ? objects[0].Location : "fake://bucket/";

    public string? ObjectName => objects.Length == 1 ? objects[0].Name : null;

    public ValueTask<IReadOnlyList<IRemoteObject>> ListAsync(CancellationToken cancellationToken)
    {
        Listed++;
        return ValueTask.FromResult<IReadOnlyList<IRemoteObject>>(objects);
    }
}
