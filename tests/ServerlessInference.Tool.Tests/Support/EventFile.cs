namespace ServerlessInference.Tool.Tests.Support;

/// <summary>An event in a temporary file.</summary>
internal sealed class EventFile : IDisposable
{
    public EventFile(string json) => File.WriteAllText(Path, json);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"event-{Guid.NewGuid():N}.json");

    public void Dispose() => File.Delete(Path);
}
