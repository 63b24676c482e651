using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using ServerlessInference.Tests.Models.Transfer;

namespace ServerlessInference.Tests.Models.Store;

/// <summary>Polls the published models of a store, and records those that are incomplete.</summary>
internal sealed class PublishedModels : IAsyncDisposable
{
    private readonly TemporaryStore _store;
    private readonly string _expected;
    private readonly HashSet<string> _seen = [];
    private readonly ConcurrentQueue<string> _incomplete = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    public PublishedModels(TemporaryStore store, string expected)
    {
        _store = store;
        _expected = expected;
        _watching = Task.Factory.StartNew(Watch, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Asserts that no incomplete model was seen, and checks the digest of every model published since the last call.</summary>
    public void AssertComplete()
    {
        Assert.Empty(_incomplete);
        foreach (string folder in _store.Published.Where(_seen.Add))
        {
            byte[] content = File.ReadAllBytes(Path.Combine(folder, "files", "model.onnx"));
            Assert.Equal(_expected, Convert.ToHexStringLower(SHA256.HashData(content)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private void Watch()
    {
        while (!_stop.Token.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(5)))
        {
            foreach (string folder in _store.Published)
            {
                if (FindDefect(folder) is { } defect)
                {
                    _incomplete.Enqueue(defect);
                }
            }
        }
    }

    private static string? FindDefect(string folder)
    {
        try
        {
            using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "manifest.json")));
            foreach (JsonElement file in manifest.RootElement.GetProperty("files").EnumerateArray())
            {
                var stored = new FileInfo(Path.Combine(folder, "files", file.GetProperty("name").GetString()!));
                if (!stored.Exists || stored.Length != file.GetProperty("length").GetInt64())
                {
                    return $"{stored.FullName} is incomplete";
                }
            }

            return null;
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return $"{folder}: {exception.Message}";
        }
    }
}
