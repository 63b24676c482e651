using Microsoft.Win32.SafeHandles;
using ServerlessInference.Models.Store;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Models.Archives;

/// <summary>Writes an archive's entries into a target, and refuses what no model needs.</summary>
internal sealed class EntryWriter(string archive, RemoteModelOptions options, IExtractionTarget target)
{
    private const int BufferSize = 256 * 1024;

    /// <summary>How many names (files, those that are left out included, and folders with all above them) are remembered for each file that a model may have: every one costs up to 2 KB.</summary>
    public const int NamesPerFile = 8;

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly List<StoredFile> _files = [];
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
    private long _total;

    public string Archive => archive;

    /// <summary>Gets what was written.</summary>
    /// <exception cref="ModelLoadException">That is nothing.</exception>
    public IReadOnlyList<StoredFile> Finish() => _files.Count > 0
        ? _files
        : throw new ModelLoadException(options.Entry is { } wanted
            ? $"{archive} has no entry '{wanted}'. It has {string.Join(", ", _names.Order(StringComparer.Ordinal).Take(12).Select(name => $"'{name}'"))}{(_names.Count > 12 ? " and more" : string.Empty)}."
            : $"{archive} has no files.");

    /// <summary>Checks a folder's name. Folders come into being with their files.</summary>
    public void AddFolder(string name)
    {
        string folder = EntryName.Normalize(name, archive);
        if (_names.Contains(folder))
        {
            throw EntryName.Refuse(name, archive, "is both a file and a folder");
        }

        if (folder.Length > 0)
        {
            AddFolder(name, folder);
        }
    }

    /// <summary>Checks and writes a file.</summary>
    /// <param name="name">Its name in the archive.</param>
    /// <param name="length">Its size, as the archive says.</param>
    /// <param name="mode">Its permissions, where the archive has them.</param>
    /// <param name="content">Its content.</param>
    /// <param name="crc32">Its CRC-32, where the archive has it.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async Task AddAsync(string name, long length, UnixFileMode? mode, Stream? content, uint? crc32, CancellationToken cancellationToken)
    {
        string file = Admit(name, length);
        if (options.Entry is { } wanted && file != EntryName.Normalize(wanted, archive))
        {
            return;
        }

        if (length > options.MaxBytes - _total)
        {
            throw EntryName.Refuse(name, archive, $"would bring the model to {(Int128)_total + length:N0} bytes; MaxBytes allows {options.MaxBytes:N0}");
        }

        _total += length;
        if (IsLitter(file))
        {
            return;
        }

        if (_files.Count == options.MaxFiles)
        {
            throw EntryName.Refuse(name, archive, $"is one more than the {options.MaxFiles:N0} files that MaxFiles allows");
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

    private string Admit(string name, long length)
    {
        string file = EntryName.Normalize(name, archive);
        if (file.Length == 0 || length < 0)
        {
            throw EntryName.Refuse(name, archive, "has no name or a negative size");
        }

        if (!_names.Add(file))
        {
            throw EntryName.Refuse(name, archive, "stands in it twice");
        }

        CheckNames(name);

        // 'a' and 'a/b' cannot both be files.
        for (int slash = file.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = file.IndexOf('/', slash + 1))
        {
            if (_names.Contains(file[..slash]))
            {
                throw EntryName.Refuse(name, archive, $"lies in '{file[..slash]}', which is a file");
            }

            AddFolder(name, file[..slash]);
        }

        return _folders.Contains(file) ? throw EntryName.Refuse(name, archive, "is both a file and a folder") : file;
    }

    private void AddFolder(string name, string folder)
    {
        _folders.Add(folder);
        CheckNames(name);
    }

    private void CheckNames(string name)
    {
        long most = (long)options.MaxFiles * NamesPerFile;
        if (_names.Count + _folders.Count > most)
        {
            throw EntryName.Refuse(name, archive, $"is one more than the {most:N0} names of files and folders that MaxFiles allows");
        }
    }

    private async Task CopyAsync(string name, SafeFileHandle file, long length, Stream content, uint? crc32, CancellationToken cancellationToken)
    {
        ReflectedCrc? crc = crc32 is null ? null : ReflectedCrc.Crc32();
        long written = 0;
        while (true)
        {
            // One byte more than was announced is asked for, to see an entry that holds more.
            int wanted = (int)Math.Min(_buffer.Length - 1, length - written) + 1;
            int read = await content.ReadAtLeastAsync(_buffer.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            if (written + read > length)
            {
                throw EntryName.Refuse(name, archive, $"expands beyond the {length:N0} bytes that the archive announces");
            }

            RandomAccess.Write(file, _buffer.AsSpan(0, read), written);
            crc?.Append(_buffer.AsSpan(0, read));
            written += read;
        }

        if (written != length)
        {
            throw new CorruptContentException($"The entry '{name}' of {archive} ends after {written:N0} of {length:N0} bytes: the archive is damaged or truncated.");
        }

        if (crc is not null && crc.Value != crc32)
        {
            throw new CorruptContentException($"The entry '{name}' of {archive} has the CRC-32 {crc.Value:x8} instead of {crc32:x8}: the archive is damaged.");
        }
    }

    // What macOS adds beside every file.
    private static bool IsLitter(string name)
    {
        string last = name[(name.LastIndexOf('/') + 1)..];
        return last.StartsWith("._", StringComparison.Ordinal) || last == ".DS_Store" || name.StartsWith("__MACOSX/", StringComparison.Ordinal);
    }
}
