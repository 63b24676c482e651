using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace ServerlessInference.Models;

/// <summary>A model in a directory, or a single model file: on a network mount, on a local disk, or inside a container image.</summary>
/// <remarks>
/// <para>Nothing is copied: sessions read or map the files in place. The version is a digest of the files' names, sizes and times.</para>
/// <para>A network mount may hang instead of failing. Therefore the file system is never accessed on the caller's thread, and no access may
/// take longer than 5 seconds. A shorter deadline in the chain makes the next source take over earlier.</para>
/// <para>Thread-safe.</para>
/// </remarks>
public sealed class FileSystemModelSource : IModelSource
{
    /// <summary>A model has a handful of files. A directory with more than this many is a wrong path, such as <c>/</c>.</summary>
    internal const int MaxFiles = 1_000;

    /// <summary>The time that the file system gets for listing a model and for reading the first byte of each file.</summary>
    /// <remarks>Half of the 10 seconds that AWS Lambda allows for initialization, which a hung mount must not use up.</remarks>
    internal static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    private readonly string _path;
    private readonly TimeProvider _time;

    /// <summary>Creates a source.</summary>
    /// <param name="path">
    /// A directory, or a model file. With a model file, its external data (<c>model.onnx.data</c>, <c>model.onnx_data</c>) and its settings
    /// are taken from the same directory.
    /// </param>
    /// <param name="scheme">The scheme of the source's description in logs and results: <c>file</c>, <c>efs</c>, <c>layer</c>.</param>
    /// <param name="timeProvider">The clock for the timeout; <see langword="null"/> for the system clock.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public FileSystemModelSource(string path, string scheme = "file", TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentException.ThrowIfNullOrWhiteSpace(scheme);
        _path = Path.GetFullPath(path);
        _time = timeProvider ?? TimeProvider.System;
        Description = $"{scheme}:{_path}";
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public async ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) =>
        ComputeVersion(await WithTimeoutAsync(token => List(token), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public async ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
    {
        List<Entry> files = await WithTimeoutAsync(token => List(token, checkReadable: true), cancellationToken).ConfigureAwait(false);
        return new ModelArtifact(
            Description, ComputeVersion(files), files.Select(entry => ModelFile.OnDisk(entry.Name, entry.Path, entry.Length)));
    }

    /// <summary>Lists the files for a caller that copies them elsewhere.</summary>
    /// <param name="singleFile">Whether to leave out the files that belong to a single model file.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    internal async ValueTask<IReadOnlyList<Entry>> ListAsync(bool singleFile, CancellationToken cancellationToken) =>
        await WithTimeoutAsync(token => List(token, singleFile: singleFile), cancellationToken).ConfigureAwait(false);

    private async Task<List<Entry>> WithTimeoutAsync(Func<CancellationToken, List<Entry>> list, CancellationToken cancellationToken)
    {
        try
        {
            // If the mount hangs, the task is abandoned: nothing can cancel a system call on a file system that does not answer.
            return await Task.Run(() => list(cancellationToken), cancellationToken)
                .WaitAsync(ProbeTimeout, _time, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new ModelLoadException(
                $"{Description} did not answer within {ProbeTimeout.TotalSeconds:0} s. Its mount hangs, or is too slow for a start. " +
                "Check the mount and its throughput, and add another source after this one (ThenFrom).", exception);
        }
    }

    private List<Entry> List(CancellationToken cancellationToken, bool checkReadable = false, bool singleFile = false)
    {
        try
        {
            var single = new FileInfo(_path);
            List<Entry> files = !single.Exists ? ListDirectory(cancellationToken)
                : singleFile ? [CreateEntry(single.Name, single)]
                : ListWithCompanions(single);
            files.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
            foreach (Entry file in checkReadable ? files : [])
            {
                cancellationToken.ThrowIfCancellationRequested();
                ReadFirstByte(file);
            }

            return files;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"{Description} cannot be read: {exception.Message}", exception);
        }
    }

    private static List<Entry> ListWithCompanions(FileInfo model)
    {
        var files = new List<Entry> { CreateEntry(model.Name, model) };
        foreach (FileInfo file in model.Directory!.EnumerateFiles(model.Name + "*"))
        {
            if (file.Name != model.Name)
            {
                files.Add(CreateEntry(file.Name, file));
            }
        }

        AddExisting(files, model, CompanionFiles.Labels);
        AddExisting(files, model, CompanionFiles.Settings);
        return files;
    }

    private static void AddExisting(List<Entry> files, FileInfo model, IReadOnlyList<string> names)
    {
        foreach (string name in names)
        {
            var companion = new FileInfo(Path.Combine(model.DirectoryName!, name));
            if (companion.Exists && companion.Name != model.Name)
            {
                files.Add(CreateEntry(name, companion));
            }
        }
    }

    private List<Entry> ListDirectory(CancellationToken cancellationToken)
    {
        var folder = new DirectoryInfo(_path);
        if (!folder.Exists)
        {
            throw new ModelLoadException(_path.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal)
                ? $"{Description} does not exist. Set CopyToOutputDirectory in the project, so that the build copies the model next to " +
                    "the program."
                : $"{Description} does not exist. Check the path and, for a mount or a layer, that the function has it.");
        }

        var files = new List<Entry>();
        foreach (FileInfo file in folder.EnumerateFiles("*", SearchOption.AllDirectories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (files.Count == MaxFiles)
            {
                throw new ModelLoadException(
                    $"{Description} contains more than {MaxFiles:N0} files. Name the model's own directory, or its file.");
            }

            files.Add(CreateEntry(Path.GetRelativePath(_path, file.FullName).Replace(Path.DirectorySeparatorChar, '/'), file));
        }

        return files.Count > 0
            ? files
            : throw new ModelLoadException($"{Description} is empty. Put model.onnx and the files that belong to it there.");
    }

    /// <summary>Reads everything that is needed to know about a file, while hangs and failures are still handled.</summary>
    /// <remarks>For a link, as in the cache of Hugging Face, length and time are those of the file that it points to.</remarks>
    private static Entry CreateEntry(string name, FileInfo file)
    {
        FileSystemInfo target = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true)!;
        return target is FileInfo { Exists: true } content
            ? new Entry(name, file.FullName, content.Length, content.LastWriteTimeUtc.Ticks)
            : throw new FileNotFoundException($"'{file.FullName}' is a link to '{file.LinkTarget}', which does not exist.");
    }

    // A file that exists may still be unreadable for this user, or be on a mount that lists files but hangs when they are read.
    private static void ReadFirstByte(Entry file)
    {
        using SafeFileHandle handle = File.OpenHandle(file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> first = stackalloc byte[1];
        if (file.Length > 0 && RandomAccess.Read(handle, first, 0) == 0)
        {
            throw new EndOfStreamException($"'{file.Path}' has {file.Length:N0} bytes, but none of them can be read.");
        }
    }

    private static string ComputeVersion(List<Entry> files)
    {
        // FNV-1a, 64 bits (Fowler, Noll, Vo). Forging the version of a directory would gain nothing, so a cryptographic hash is not needed;
        // and the first one in a process would load OpenSSL, which slows down a cold start.
        ulong hash = FnvOffset;
        foreach (Entry file in files)
        {
            foreach (char character in file.Name)
            {
                hash = Add(hash, character);
            }

            hash = Add(Add(hash, (ulong)file.Length), (ulong)file.Ticks);
        }

        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }

    private static ulong Add(ulong hash, ulong value)
    {
        for (int i = 0; i < sizeof(ulong); i++, value >>= 8)
        {
            hash = (hash ^ (value & 0xff)) * FnvPrime;
        }

        return hash;
    }

    /// <summary>A file as it was when it was listed.</summary>
    /// <remarks>
    /// A class rather than a structure, because a list of structures would have to be compiled for this one type at start.
    /// </remarks>
    internal sealed record Entry(string Name, string Path, long Length, long Ticks);
}
