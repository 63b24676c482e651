namespace ServerlessInference.Models.Archives;

/// <summary>An entry of a zip archive's central directory.</summary>
internal sealed record ZipEntry(
    string Name, byte[] RawName, ushort Flags, ushort Method, uint Crc32, long CompressedLength, long Length, long Offset, int UnixMode)
{
    public const ushort Stored = 0;
    public const ushort Deflated = 8;

    // File types within a Unix mode (sys/stat.h).
    private const int TypeMask = 0xF000, FolderType = 0x4000, FileType = 0x8000, LinkType = 0xA000;

    public bool IsFolder => Name.EndsWith('/') || (UnixMode & TypeMask) == FolderType;

    public UnixFileMode? Permissions => (UnixMode & 0x1FF) is var bits and > 0 ? (UnixFileMode)bits : null;

    /// <summary>Gets why this entry cannot be extracted; <see langword="null"/> if it can.</summary>
    public string? RejectionReason => (UnixMode & TypeMask) switch
    {
        LinkType => "is a symbolic link",
        0 or FolderType or FileType => (Flags & 1) != 0 ? "is encrypted"
            : Method is not (Stored or Deflated) ? $"is compressed with method {Method}; only 0 (stored) and 8 (deflated) are supported"
            : Method == Stored && CompressedLength != Length ? "is stored, but has two different sizes"
            : null,
        _ => "is neither a file nor a folder",
    };
}
