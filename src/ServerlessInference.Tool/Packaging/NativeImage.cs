using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace ServerlessInference.Tool.Packaging;

/// <summary>The operating system and processor of a native program or library, read from the first bytes of its file.</summary>
/// <param name="IsLinux">Whether it is an ELF file, the format of Linux and therefore of Lambda.</param>
/// <param name="Architecture">The processor as Lambda names it, <c>x86_64</c> or <c>arm64</c>; any other as a number.</param>
/// <remarks>Sources: System V ABI, ELF header (e_machine); Apple's Mach-O header, of which only the magic number is read.</remarks>
internal sealed record NativeImage(bool IsLinux, string Architecture)
{
    private const uint Elf = 0x464C457F;
    private const int MachineOffset = 18;

    private static readonly uint[] MachO = [0xFEEDFACF, 0xFEEDFACE, 0xBEBAFECA];

    /// <summary>Reads the beginning of a file.</summary>
    /// <returns>The system and processor; <see langword="null"/> if the file is neither ELF nor Mach-O.</returns>
    public static NativeImage? TryRead(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        Span<byte> header = stackalloc byte[20];
        if (RandomAccess.Read(file, header, 0) < header.Length)
        {
            return null;
        }

        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (magic != Elf)
        {
            return Array.IndexOf(MachO, magic) >= 0 ? new NativeImage(false, "macOS") : null;
        }

        ushort machine = BinaryPrimitives.ReadUInt16LittleEndian(header[MachineOffset..]);
        return new NativeImage(true, machine switch { 62 => "x86_64", 183 => "arm64", _ => $"machine {machine}" });
    }
}
