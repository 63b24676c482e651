using System.Buffers.Binary;

namespace ServerlessInference.Tool.Packaging;

/// <summary>The system and processor that a native program or library is for, as the first bytes of its file say.</summary>
/// <param name="IsLinux">Whether it is an ELF file, as Lambda's system loads them.</param>
/// <param name="Architecture">The processor in Lambda's words, <c>x86_64</c> or <c>arm64</c>; another one as a number.</param>
/// <remarks>Sources: System V ABI, ELF header (e_machine); Microsoft's PE format and Apple's Mach-O header are told by their magic numbers alone.</remarks>
internal sealed record NativeImage(bool IsLinux, string Architecture)
{
    private const uint Elf = 0x464C457F;
    private const int MachineOffset = 18;

    private static readonly uint[] MachO = [0xFEEDFACF, 0xFEEDFACE, 0xBEBAFECA];

    /// <summary>Reads the beginning of a file.</summary>
    /// <returns>What it is for; <see langword="null"/> for a file that is neither ELF nor Mach-O.</returns>
    public static NativeImage? TryRead(string path)
    {
        using var file = File.OpenHandle(path);
        Span<byte> header = stackalloc byte[20];
        if (RandomAccess.Read(file, header, 0) < header.Length)
        {
            return null;
        }

        var magic = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (magic != Elf)
        {
            return Array.IndexOf(MachO, magic) >= 0 ? new NativeImage(false, "macOS") : null;
        }

        var machine = BinaryPrimitives.ReadUInt16LittleEndian(header[MachineOffset..]);
        return new NativeImage(true, machine switch { 62 => "x86_64", 183 => "arm64", _ => $"machine {machine}" });
    }
}
