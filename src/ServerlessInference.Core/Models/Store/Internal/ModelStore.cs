using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace ServerlessInference.Models.Store;

/// <summary>Keeps downloaded models on disk. A model's folder either does not exist or is complete.</summary>
/// <remarks>
/// <para>A model is assembled in a staging folder and published by a single rename, together with a manifest that lists its files and their
/// sizes. If a process is killed at any moment, no incomplete model is visible, and the next process resumes what has been
/// downloaded.</para>
/// <para>Two locks per model, both held across processes, decide who may do what:</para>
/// <list type="table">
/// <listheader><term>Action</term><description>Locks</description></listheader>
/// <item><term>use a published model</term><description>use lock, shared, until the model is disposed</description></item>
/// <item><term>download and publish, and delete a damaged model before that</term><description>build lock, exclusive; then the use lock,
/// shared</description></item>
/// <item><term>delete a published model to make space</term><description>build lock, exclusive; then the use lock,
/// exclusive</description></item>
/// <item><term>delete a staging folder</term><description>build lock, exclusive</description></item>
/// </list>
/// <para>The build lock is always acquired before the use lock. Only the downloading process waits for it; everybody else gives up if a
/// lock is taken. A deadlock is therefore impossible.</para>
/// <para>Thread-safe. Design: docs/architecture/model-sources.md.</para>
/// </remarks>
internal sealed partial class ModelStore(ModelStoreOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>How long a lock may remain taken after its holder has released it.</summary>
    private static readonly TimeSpan LockSlack = TimeSpan.FromSeconds(1);

    private readonly StoreFolders _folders = new(options.Root);
    private readonly ConcurrentDictionary<string, bool> _verified = new(StringComparer.Ordinal);

    /// <summary>Gets a model, and downloads it if it is not in the store yet.</summary>
    /// <remarks>One caller, in whichever process, downloads the model; the others wait for it.</remarks>
    /// <param name="key">Identifies the content: the same key always stands for the same files.</param>
    /// <param name="description">The model, for error messages.</param>
    /// <param name="pinned">
    /// The SHA-256 of the model, in hexadecimal digits, to compare a stored file with if others can write to the store; may be
    /// <see langword="null"/>.
    /// </param>
    /// <param name="fetch">Downloads the model's files into the staging folder and verifies them.</param>
    /// <param name="cancellationToken">Cancels waiting and downloading.</param>
    /// <returns>The model, which stays in the store until it is disposed.</returns>
    public async Task<StoredModel> GetOrAddAsync(
        string key,
        string description,
        string? pinned,
        Func<StagingFolder, CancellationToken, Task<StoreManifest>> fetch,
        CancellationToken cancellationToken)
    {
        try
        {
            _folders.Create();
            string? untrusted = options.AllowOtherOwners ? null : StoreOwnership.FindObjection(_folders);
            if (untrusted is not null && pinned is null)
            {
                throw new ModelLoadException(
                    $"The store {_folders.Root} is not used for {description}: {untrusted}, so somebody else could have put another " +
                    "model there. Set ServerlessInference:Store:Root to a directory of this user's own, or pin the model's SHA-256. If " +
                    "the other users are trusted, set ServerlessInference:Store:AllowOtherOwners to true.");
            }

            string? verify = untrusted is null ? null : pinned;
            if (TryOpen(key, verify) is { } stored)
            {
                RemoveStagingLeftovers(key);
                LogReused(logger, description, key);
                return stored;
            }

            using FileLock build =
                await FileLock.AcquireExclusiveAsync(_folders.GetBuildLock(key), time, cancellationToken).ConfigureAwait(false);

            // Another process may have published the model while this one waited for the lock.
            return TryOpen(key, verify) ?? await AddAsync(key, description, fetch, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception) when (IsDiskFull(exception))
        {
            throw new ModelLoadException(
                $"The disk of the store {_folders.Root} became full while {description} was being written. Raise the function's " +
                "ephemeral storage (EphemeralStorage.Size, 512 to 10,240 MB), or set ServerlessInference:Store:Root to a larger disk.",
                exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException(
                $"The store {_folders.Root} cannot be used: {exception.Message} Set ServerlessInference:Store:Root to a directory that " +
                "this process may write to.", exception);
        }
    }

    private async Task<StoredModel> AddAsync(
        string key,
        string description,
        Func<StagingFolder, CancellationToken, Task<StoreManifest>> fetch,
        CancellationToken cancellationToken)
    {
        // Only who holds the build lock may take the use lock exclusively. The build lock is held here, so the use lock should be
        // available. It may stay taken for a moment longer, though: when its last holder was just starting a process, that process inherits
        // the open file and holds the lock as well, until it executes its own program.
        string useLock = _folders.GetUseLock(key);
        FileLock use = await FileLock.TryAcquireSharedAsync(useLock, LockSlack, time, cancellationToken).ConfigureAwait(false)
            ?? throw new ModelLoadException(
                $"The lock {useLock} is held by something other than this library. Delete the store {_folders.Root}.");
        try
        {
            string folder = _folders.GetModelFolder(key);
            _folders.Delete(folder); // it exists only if TryOpen found it damaged
            _folders.EmptyTrash();
            var space = new StoreSpace(_folders, options, time, key);
            space.RemoveStaging(options.StagingLifetime);
            var staging = new StagingFolder(_folders.GetStagingFolder(key), space, description);
            staging.Create();
            StoreManifest manifest = await fetch(staging, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            staging.Publish(manifest, folder);
            LogPublished(logger, description, key, manifest.Files.Count, manifest.TotalLength);
            return new StoredModel(folder, manifest, use);
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    /// <summary>Deletes the staging folder that remains if a process is killed right after publishing.</summary>
    private void RemoveStagingLeftovers(string key)
    {
        string leftovers = _folders.GetStagingFolder(key);
        if (Directory.Exists(leftovers))
        {
            using FileLock? build = FileLock.TryAcquireExclusive(_folders.GetBuildLock(key));
            if (build is not null)
            {
                _folders.Delete(leftovers);
            }
        }
    }

    /// <summary>Opens a published model.</summary>
    /// <param name="key">Identifies the content.</param>
    /// <param name="verify">The SHA-256 that its single file must have; <see langword="null"/> if the store is trusted.</param>
    /// <returns>The model; <see langword="null"/> if it does not exist, or if its files do not match its manifest.</returns>
    private StoredModel? TryOpen(string key, string? verify)
    {
        string folder = _folders.GetModelFolder(key);
        string path = Path.Combine(folder, StoreManifest.FileName);
        if (!File.Exists(path) || FileLock.TryAcquireShared(_folders.GetUseLock(key)) is not { } use)
        {
            return null;
        }

        StoredModel? stored = null;
        try
        {
            // The model may have been deleted before the lock was acquired, so only what is found from here on counts.
            if (ReadManifest(path) is { Format: StoreManifest.CurrentFormat } manifest
                && IsComplete(folder, manifest)
                && (verify is null || HasContent(key, folder, manifest, verify)))
            {
                // The time of the manifest records the last use: see StoreSpace.
                File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
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

    private StoreManifest? ReadManifest(string path)
    {
        try
        {
            StoreManifest? manifest = JsonSerializer.Deserialize(File.ReadAllBytes(path), StoreJson.Default.StoreManifest);
            if (manifest is { Source: not null, Version: not null, Files: not null }
                && manifest.Files.All(file => file is { Name: not null, Length: >= 0 }))
            {
                return manifest;
            }

            LogDamaged(logger, path, "it lacks a value");
            return null;
        }
        catch (Exception exception) when (exception is JsonException or IOException)
        {
            LogDamaged(logger, path, exception.Message);
            return null;
        }
    }

    private bool IsComplete(string folder, StoreManifest manifest)
    {
        foreach (StoredFile expected in manifest.Files)
        {
            var file = new FileInfo(Path.Combine(folder, StoredModel.FilesFolder, expected.Name));
            if (!file.Exists || file.Length != expected.Length)
            {
                string reason = file.Exists ? $"it has {file.Length:N0} bytes instead of {expected.Length:N0}" : "it is missing";
                LogDamaged(logger, file.FullName, reason);
                return false;
            }
        }

        return manifest.Files.Count > 0;
    }

    /// <summary>Compares the content of a stored file with its pinned digest, once per process.</summary>
    /// <remarks>The digest of an archive says nothing about the files that were extracted from it, so those are fetched again.</remarks>
    private bool HasContent(string key, string folder, StoreManifest manifest, string sha256)
    {
        if (_verified.ContainsKey(key))
        {
            return true;
        }

        if (manifest.Digest is not null || manifest.Files.Count != 1)
        {
            return false;
        }

        string path = Path.Combine(folder, StoredModel.FilesFolder, manifest.Files[0].Name);
        using FileStream file = File.OpenRead(path);
        string actual = Convert.ToHexStringLower(SHA256.HashData(file));
        if (!actual.Equals(sha256, StringComparison.OrdinalIgnoreCase))
        {
            LogDamaged(logger, path, $"its SHA-256 is {actual} instead of the pinned one");
            return false;
        }

        _verified[key] = true;
        return true;
    }

    // ENOSPC and EDQUOT on Linux, ERROR_DISK_FULL on Windows.
    private static bool IsDiskFull(Exception exception) => exception.HResult is 28 or 122 or unchecked((int)0x80070070);

    [LoggerMessage(EventId = 30, Level = LogLevel.Debug, Message = "{Source} is already in the store, as {Key}")]
    private static partial void LogReused(ILogger logger, string source, string key);

    [LoggerMessage(EventId = 31, Level = LogLevel.Information,
        Message = "Published {Source} in the store as {Key}: {Count} files, {Bytes} bytes")]
    private static partial void LogPublished(ILogger logger, string source, string key, int count, long bytes);

    [LoggerMessage(EventId = 32, Level = LogLevel.Warning,
        Message = "The stored file {File} is damaged, so its model is downloaded again: {Reason}")]
    private static partial void LogDamaged(ILogger logger, string file, string reason);
}
