using ServerlessInference.Models;

namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>A store for one test, which is deleted afterwards.</summary>
internal sealed class TemporaryStore : IDisposable
{
    public ModelStoreOptions Options { get; } = new()
    {
        Root = Path.Combine(Path.GetTempPath(), "si-test-" + Guid.NewGuid().ToString("N")),
    };

    public string[] Published => Entries("models");

    public string[] Staged => Entries("staging");

    public void Dispose()
    {
        if (Directory.Exists(Options.Root))
        {
            Directory.Delete(Options.Root, recursive: true);
        }
    }

    public static byte[] Bytes(int length, int seed = 1)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private string[] Entries(string folder) =>
        Directory.Exists(Path.Combine(Options.Root, folder)) ? Directory.GetDirectories(Path.Combine(Options.Root, folder)) : [];
}
