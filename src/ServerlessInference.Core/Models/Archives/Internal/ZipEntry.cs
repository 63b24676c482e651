namespace ServerlessInference.Models.Archives;

/// <summary>An entry as a zip's central directory has it.</summary>
internal sealed record ZipEntry(
    string Name, byte[] RawName, ushort Flags, ushort Method, uint Crc32, long CompressedLength, long Length, long Offset, int UnixMode)
{
    public const ushort Stored = 0;
    public const ushort Deflated = 8;

    // The kinds of files of a Unix mode (sys/stat.h).
    private const int KindMask = 0xF000, FolderKind = 0x4000, FileKind = 0x8000, LinkKind = 0xA000;

    public bool IsFolder => Name.EndsWith('/') || (UnixMode & KindMask) == FolderKind;

    public UnixFileMode? Permissions => (UnixMode & 0x1FF) is var bits and > 0 ? (UnixFileMode)bits : null;

    /// <summary>Gets why this entry cannot be taken; <see langword="null"/> where it can.</summary>
    public string? Objection => (UnixMode & KindMask) switch
    {
        LinkKind => "is a symbolic link",
        0 or FolderKind or FileKind => (Flags & 1) != 0 ? "is encrypted"
            : Method is not (Stored or Deflated) ? $"is compressed with method {Method}; stored (0) and deflated (8) entries are read"
            : Method == Stored && CompressedLength != Length ? "is stored with two different sizes"
            : null,
        _ => "is neither a file nor a folder",
    };
}
