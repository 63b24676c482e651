using ServerlessInference.Models;

namespace ServerlessInference.Tests.Models.Pointers;

/// <summary>A pointer whose value is set by a test, and which counts how often it is read.</summary>
internal sealed class StubPointer(string text) : IModelPointer
{
    public string Text { get; set; } = text;

    public Exception? Error { get; set; }

    public int Reads { get; private set; }

    public string Description => "stub:place";

    public ValueTask<string> ReadAsync(CancellationToken cancellationToken = default)
    {
        Reads++;
        return Error is null ? ValueTask.FromResult(Text) : ValueTask.FromException<string>(Error);
    }
}
