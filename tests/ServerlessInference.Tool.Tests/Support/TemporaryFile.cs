namespace ServerlessInference.Tool.Tests.Support;

/// <summary>A file in a directory of its own, which is deleted after the test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("serverless-inference-test-");

    public TemporaryFile(string name, ReadOnlySpan<byte> content)
    {
        Path = System.IO.Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(Path, content.ToArray());
    }

    public string Path { get; }

    public void Dispose() => _folder.Delete(recursive: true);
}
