using Microsoft.Win32.SafeHandles;
using ServerlessInference.Models.Store;

namespace ServerlessInference.Models.Archives;

/// <summary>Validates the entries of an archive and writes them to a target.</summary>
/// <remarks>Archives come from elsewhere, so every entry is treated as hostile: see docs/architecture/model-sources.md.</remarks>
internal sealed class EntryWriter(string archive, ExtractionLimits limits, IExtractionTarget target)
{
    private const int BufferSize = 256 * 1024;

    /// <summary>How many names are kept in memory per file that the limits allow.</summary>
    /// <remarks>
    /// Names of skipped files count as well, and so do all folders above a file. A name takes up to 2 KB, so without this limit an archive
    /// that consists of names only could exhaust the memory.
    /// </remarks>
    public const int NamesPerFile = 8;

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly List<StoredFile> _files = [];
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
    private long _total;

    public string Archive => archive;

    /// <summary>Gets the files that have been written.</summary>
    /// <exception cref="ModelLoadException">There are none.</exception>
    public IReadOnlyList<StoredFile> Finish() => _files.Count > 0
        ? _files
        : throw new ModelLoadException(limits.Entry is { } entry
            ? $"{archive} has no entry '{entry}'. It has {ListNames()}."
            : $"{archive} has no files.");

    /// <summary>Validates the name of a folder. The folder itself is created together with its files.</summary>
    public void AddFolder(string name)
    {
        string folder = EntryName.Normalize(name, archive);
        if (_names.Contains(folder))
        {
            throw EntryName.Reject(name, archive, "is both a file and a folder");
        }

        if (folder.Length > 0)
        {
            AddFolder(name, folder);
        }
    }

    /// <summary>Validates and writes a file.</summary>
    /// <param name="name">The name in the archive.</param>
    /// <param name="length">The size that the archive announces.</param>
    /// <param name="mode">The permissions, if the archive contains them.</param>
    /// <param name="content">The content.</param>
    /// <param name="crc32">The CRC-32, if the archive contains it.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    public async Task AddAsync(
        string name, long length, UnixFileMode? mode, Stream? content, uint? crc32, CancellationToken cancellationToken)
    {
        string file = ValidateName(name, length);
        if (limits.Entry is { } wanted && file != EntryName.Normalize(wanted, archive))
        {
            return;
        }

        if (length > limits.MaxBytes - _total)
        {
            throw EntryName.Reject(
                name, archive, $"would make the model {(Int128)_total + length:N0} bytes large; MaxBytes allows {limits.MaxBytes:N0}");
        }

        _total += length;
        if (IsMacOsMetadata(file))
        {
            return;
        }

        if (_files.Count == limits.MaxFiles)
        {
            throw EntryName.Reject(name, archive, $"exceeds the {limits.MaxFiles:N0} files that MaxFiles allows");
        }

        SafeFileHandle handle = target.Create(file, length, mode);
        try
        {
            await CopyAsync(name, handle, length, content ?? Stream.Null, crc32, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            target.Complete(handle);
        }

        _files.Add(new StoredFile(file, length));
    }

    private string ValidateName(string name, long length)
    {
        string file = EntryName.Normalize(name, archive);
        if (file.Length == 0 || length < 0)
        {
            throw EntryName.Reject(name, archive, "has no name or a negative size");
        }

        if (!_names.Add(file))
        {
            throw EntryName.Reject(name, archive, "occurs twice");
        }

        CheckNameCount(name);

        // If 'a' is a file, 'a/b' cannot exist, and the other way around.
        for (int slash = file.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = file.IndexOf('/', slash + 1))
        {
            if (_names.Contains(file[..slash]))
            {
                throw EntryName.Reject(name, archive, $"is in '{file[..slash]}', which is a file");
            }

            AddFolder(name, file[..slash]);
        }

        return _folders.Contains(file) ? throw EntryName.Reject(name, archive, "is both a file and a folder") : file;
    }

    private void AddFolder(string name, string folder)
    {
        _folders.Add(folder);
        CheckNameCount(name);
    }

    private void CheckNameCount(string name)
    {
        long maxNames = (long)limits.MaxFiles * NamesPerFile;
        if (_names.Count + _folders.Count > maxNames)
        {
            throw EntryName.Reject(name, archive, $"exceeds the {maxNames:N0} names of files and folders that MaxFiles allows");
        }
    }

    private string ListNames()
    {
        const int MaxListed = 12;
        IEnumerable<string> listed = _names.Order(StringComparer.Ordinal).Take(MaxListed).Select(name => $"'{name}'");
        return string.Join(", ", listed) + (_names.Count > MaxListed ? " and more" : string.Empty);
    }

    private async Task CopyAsync(
        string name, SafeFileHandle file, long length, Stream content, uint? crc32, CancellationToken cancellationToken)
    {
        ReflectedCrc? crc = crc32 is null ? null : ReflectedCrc.Crc32();
        long written = 0;
        while (true)
        {
            // Asking for one byte more than the announced size reveals an entry that is larger.
            int wanted = (int)Math.Min(_buffer.Length - 1, length - written) + 1;
            int read = await content.ReadAtLeastAsync(_buffer.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            if (written + read > length)
            {
                throw EntryName.Reject(name, archive, $"is larger than the {length:N0} bytes that the archive announces");
            }

            RandomAccess.Write(file, _buffer.AsSpan(0, read), written);
            crc?.Append(_buffer.AsSpan(0, read));
            written += read;
        }

        if (written != length)
        {
            throw new CorruptContentException(
                $"The entry '{name}' of {archive} ends after {written:N0} of {length:N0} bytes: the archive is damaged or truncated.");
        }

        if (crc is not null && crc.Value != crc32)
        {
            throw new CorruptContentException(
                $"The entry '{name}' of {archive} has the CRC-32 {crc.Value:x8} instead of {crc32:x8}: the archive is damaged.");
        }
    }

    // macOS adds such files to archives, next to every file.
    private static bool IsMacOsMetadata(string name)
    {
        string last = name[(name.LastIndexOf('/') + 1)..];
        return last.StartsWith("._", StringComparison.Ordinal)
            || last == ".DS_Store"
            || name.StartsWith("__MACOSX/", StringComparison.Ordinal);
    }
}
