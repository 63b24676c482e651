using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ServerlessInference.Models;

/// <summary>A model in a folder, or a single model file: EFS, S3 Files, any other mount, or a path inside a container image.</summary>
/// <remarks>
/// <para>Nothing is copied: sessions read or map the files where they are. The version is a digest of names, sizes and times.</para>
/// <para>A mount may hang rather than fail, so the file system is never asked on the caller's thread; with a deadline in the chain
/// the next source takes over. Thread-safe.</para>
/// </remarks>
public sealed class FileSystemModelSource : IModelSource
{
    /// <summary>A model folder has a handful of files. More than this is a wrong path, such as <c>/</c>.</summary>
    internal const int MaxFiles = 1_000;

    /// <summary>Files that belong to a single model file when they stand beside it.</summary>
    private static readonly string[] Companions =
    [
        "classes.txt", "coco.names", "config.json", "labels.txt", "preprocessor_config.json", "special_tokens_map.json", "synset.txt",
        "tokenizer.json", "tokenizer_config.json", "vocab.txt",
    ];

    private readonly string _path;

    /// <summary>Creates a source.</summary>
    /// <param name="path">A folder, or a model file whose external data (<c>model.onnx.data</c>, <c>model.onnx_data</c>) and settings stand beside it.</param>
    /// <param name="scheme">What the source is called in logs and results: <c>file</c>, <c>efs</c>, <c>layer</c>.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public FileSystemModelSource(string path, string scheme = "file")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentException.ThrowIfNullOrWhiteSpace(scheme);
        _path = Path.GetFullPath(path);
        Description = $"{scheme}:{_path}";
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public async ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) =>
        VersionOf(await Task.Run(() => List(cancellationToken), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public async ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
    {
        List<Entry> files = await Task.Run(() => List(cancellationToken), cancellationToken).ConfigureAwait(false);
        return new ModelArtifact(Description, VersionOf(files), files.Select(entry => ModelFile.OnDisk(entry.Name, entry.Path, entry.Length)));
    }

    internal List<Entry> List(CancellationToken cancellationToken)
    {
        try
        {
            List<Entry> files = File.Exists(_path) ? Beside(new FileInfo(_path)) : Below(cancellationToken);
            files.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
            return files;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"{Description} cannot be read: {exception.Message}", exception);
        }
    }

    private static List<Entry> Beside(FileInfo model)
    {
        var files = new List<Entry> { Look(model.Name, model) };
        foreach (FileInfo file in model.Directory!.EnumerateFiles(model.Name + "*"))
        {
            if (file.Name != model.Name)
            {
                files.Add(Look(file.Name, file));
            }
        }

        foreach (string name in Companions)
        {
            var companion = new FileInfo(Path.Combine(model.DirectoryName!, name));
            if (companion.Exists && companion.Name != model.Name)
            {
                files.Add(Look(name, companion));
            }
        }

        return files;
    }

    private List<Entry> Below(CancellationToken cancellationToken)
    {
        var folder = new DirectoryInfo(_path);
        if (!folder.Exists)
        {
            throw new ModelLoadException($"{Description} does not exist. Check the path and, for a mount or a layer, that the function has it.");
        }

        var files = new List<Entry>();
        foreach (FileInfo file in folder.EnumerateFiles("*", SearchOption.AllDirectories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (files.Count == MaxFiles)
            {
                throw new ModelLoadException($"{Description} holds more than {MaxFiles:N0} files. Name the model's own folder, or its file.");
            }

            files.Add(Look(Path.GetRelativePath(_path, file.FullName).Replace(Path.DirectorySeparatorChar, '/'), file));
        }

        return files.Count > 0 ? files : throw new ModelLoadException($"{Description} is empty.");
    }

    /// <summary>Asks the file system for all that is needed of a file, here and not later: it may hang, and it may fail.</summary>
    /// <remarks>Of a link, as Hugging Face's cache has them, length and time are those of the file that it leads to.</remarks>
    private static Entry Look(string name, FileInfo file)
    {
        FileSystemInfo target = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true)!;
        return target is FileInfo { Exists: true } content
            ? new Entry(name, file.FullName, content.Length, content.LastWriteTimeUtc.Ticks)
            : throw new FileNotFoundException($"'{file.FullName}' is a link to '{file.LinkTarget}', which is not there.");
    }

    private static string VersionOf(List<Entry> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> numbers = stackalloc byte[16];
        foreach (Entry file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(file.Name));
            BinaryPrimitives.WriteInt64LittleEndian(numbers, file.Length);
            BinaryPrimitives.WriteInt64LittleEndian(numbers[8..], file.Ticks);
            hash.AppendData(numbers);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    /// <summary>A file as the file system describes it.</summary>
    internal readonly record struct Entry(string Name, string Path, long Length, long Ticks);
}
