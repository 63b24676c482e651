using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using ServerlessInference.Tests.Models.Transfer;

namespace ServerlessInference.Tests.Models.Store;

/// <summary>Looks all the time at what a store shows as published, and remembers what was not whole.</summary>
internal sealed class PublishedModels : IAsyncDisposable
{
    private readonly TemporaryStore _store;
    private readonly string _expected;
    private readonly HashSet<string> _seen = [];
    private readonly ConcurrentQueue<string> _halves = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    public PublishedModels(TemporaryStore store, string expected)
    {
        _store = store;
        _expected = expected;
        _watching = Task.Factory.StartNew(Watch, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Holds every model that appeared since the last call against its digest.</summary>
    public void AssertWhole()
    {
        Assert.Empty(_halves);
        foreach (string folder in _store.Published.Where(_seen.Add))
        {
            Assert.Equal(_expected, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "files", "model.onnx")))));
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
                if (WhatIsMissing(folder) is { } missing)
                {
                    _halves.Enqueue(missing);
                }
            }
        }
    }

    private static string? WhatIsMissing(string folder)
    {
        try
        {
            using JsonDocument marker = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "manifest.json")));
            foreach (JsonElement file in marker.RootElement.GetProperty("files").EnumerateArray())
            {
                var stored = new FileInfo(Path.Combine(folder, "files", file.GetProperty("name").GetString()!));
                if (!stored.Exists || stored.Length != file.GetProperty("length").GetInt64())
                {
                    return $"{stored.FullName} is not whole";
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
