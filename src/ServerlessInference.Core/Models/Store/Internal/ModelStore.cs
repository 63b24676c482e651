using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace ServerlessInference.Models.Store;

/// <summary>Models that came over the network, each in a folder that is either absent or whole.</summary>
/// <remarks>
/// <para>A model is put together in a staging folder and appears by one rename, with a marker that lists its files and sizes. A process
/// killed at any moment leaves nothing half published; what it had fetched is there for the next to resume.</para>
/// <para>Thread-safe, between processes too. Design: docs/architecture/model-sources.md.</para>
/// </remarks>
internal sealed partial class ModelStore(ModelStoreOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>How long a lock may outlast its holder.</summary>
    private static readonly TimeSpan LockSlack = TimeSpan.FromSeconds(1);

    private readonly StoreFolders _folders = new(options.Root);

    /// <summary>Gets a model, fetching it where it is not there yet. One caller fetches, in whichever process; the others wait for it.</summary>
    /// <param name="key">Names the content: the same key always means the same files.</param>
    /// <param name="description">What is fetched, for errors.</param>
    /// <param name="fetch">Puts the model's files into the staging folder and verifies them.</param>
    /// <param name="cancellationToken">Ends the waiting and the fetching.</param>
    /// <returns>The model, kept until it is disposed.</returns>
    public async Task<StoredModel> GetOrAddAsync(
        string key, string description, Func<StagingFolder, CancellationToken, Task<StoreManifest>> fetch, CancellationToken cancellationToken)
    {
        try
        {
            _folders.Create();
            if (TryOpen(key) is { } stored)
            {
                RemoveLeftovers(key);
                LogReused(logger, description, key);
                return stored;
            }

            using FileLock build = await FileLock.ExclusiveAsync(_folders.BuildLock(key), time, cancellationToken).ConfigureAwait(false);
            return TryOpen(key) ?? await AddAsync(key, description, fetch, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception) when (IsDiskFull(exception))
        {
            throw new ModelLoadException(
                $"The disk of the store {_folders.Root} became full while {description} was written. Raise the function's ephemeral storage " +
                "(EphemeralStorage.Size, 512 to 10,240 MB), or set ServerlessInference:Store:Root to a larger disk.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException(
                $"The store {_folders.Root} cannot be used: {exception.Message} Set ServerlessInference:Store:Root to a folder that this process may write.", exception);
        }
    }

    private async Task<StoredModel> AddAsync(
        string key, string description, Func<StagingFolder, CancellationToken, Task<StoreManifest>> fetch, CancellationToken cancellationToken)
    {
        // Removing a model takes both locks, the build lock first. It is held here, so this one is free or shared; but a process that its holder is just
        // starting has it too, until that is a program of its own.
        FileLock use = await FileLock.SharedAsync(_folders.UseLock(key), LockSlack, time, cancellationToken).ConfigureAwait(false)
            ?? throw new ModelLoadException($"The lock {_folders.UseLock(key)} is held by something else than this library. Delete the store {_folders.Root}.");
        try
        {
            _folders.Delete(_folders.Model(key)); // what TryOpen refused
            _folders.EmptyTrash();
            var space = new StoreSpace(_folders, options, time, key);
            space.RemoveStaging(options.StagingLifetime);
            var staging = new StagingFolder(_folders.StagingOf(key), space, description);
            staging.Create();
            StoreManifest manifest = await fetch(staging, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            staging.Publish(manifest, _folders.Model(key));
            LogPublished(logger, description, key, manifest.Files.Count, manifest.TotalLength);
            return new StoredModel(_folders.Model(key), manifest, use);
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    /// <summary>Deletes what a process killed right after publishing left.</summary>
    private void RemoveLeftovers(string key)
    {
        string leftovers = _folders.StagingOf(key);
        if (Directory.Exists(leftovers))
        {
            using FileLock? build = FileLock.TryExclusive(_folders.BuildLock(key));
            if (build is not null)
            {
                _folders.Delete(leftovers);
            }
        }
    }

    /// <summary>Opens a published model, unless there is none or its files are not what its marker says.</summary>
    private StoredModel? TryOpen(string key)
    {
        string folder = _folders.Model(key);
        string marker = Path.Combine(folder, StoreManifest.FileName);
        if (!File.Exists(marker) || FileLock.TryShared(_folders.UseLock(key)) is not { } use)
        {
            return null;
        }

        StoredModel? stored = null;
        try
        {
            // Looked at again under the lock: until then the model could be removed.
            if (ReadMarker(marker) is { Format: StoreManifest.CurrentFormat, Files: not null } manifest && IsWhole(folder, manifest))
            {
                File.SetLastWriteTimeUtc(marker, time.GetUtcNow().UtcDateTime);
                stored = new StoredModel(folder, manifest, use);
            }

            return stored;
        }
        finally
        {
            if (stored is null)
            {
                use.Dispose();
            }
        }
    }

    private StoreManifest? ReadMarker(string marker)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(marker), StoreJson.Default.StoreManifest);
        }
        catch (Exception exception) when (exception is JsonException or IOException)
        {
            LogDamaged(logger, marker, exception.Message);
            return null;
        }
    }

    private bool IsWhole(string folder, StoreManifest manifest)
    {
        foreach (StoredFile expected in manifest.Files)
        {
            var file = new FileInfo(Path.Combine(folder, StoredModel.FilesFolder, expected.Name));
            if (!file.Exists || file.Length != expected.Length)
            {
                LogDamaged(logger, file.FullName, file.Exists ? $"{file.Length:N0} bytes instead of {expected.Length:N0}" : "it is missing");
                return false;
            }
        }

        return manifest.Files.Count > 0;
    }

    // ENOSPC, EDQUOT, and Windows' ERROR_DISK_FULL.
    private static bool IsDiskFull(Exception exception) => exception.HResult is 28 or 122 or unchecked((int)0x80070070);

    [LoggerMessage(EventId = 30, Level = LogLevel.Debug, Message = "{Source} is in the store already, as {Key}")]
    private static partial void LogReused(ILogger logger, string source, string key);

    [LoggerMessage(EventId = 31, Level = LogLevel.Information, Message = "Published {Source} in the store as {Key}: {Count} files, {Bytes} bytes")]
    private static partial void LogPublished(ILogger logger, string source, string key, int count, long bytes);

    [LoggerMessage(EventId = 32, Level = LogLevel.Warning, Message = "The stored file {File} is not what was published, so its model is fetched again: {Reason}")]
    private static partial void LogDamaged(ILogger logger, string file, string reason);
}
