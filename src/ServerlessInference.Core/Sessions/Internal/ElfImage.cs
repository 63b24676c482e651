using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ServerlessInference.Sessions;

/// <summary>The header of a Linux library: the processor that it is for, its name, and the libraries that it needs.</summary>
/// <remarks>
/// Source: System V Application Binary Interface, chapters 4 and 5 (object files, dynamic linking). 64-bit little-endian files only.
/// </remarks>
internal sealed class ElfImage
{
    private const int HeaderSize = 64, ProgramHeaderSize = 56;
    private const uint Magic = 0x464C457F;
    private const int MaxTable = 1 << 20;

    /// <summary>e_machine: System V ABI, AMD64 and AArch64 supplements.</summary>
    private const ushort X64 = 62, Arm64 = 183;

    private readonly ushort _machine;

    private ElfImage(ushort machine) => _machine = machine;

    /// <summary>Gets the name by which other libraries refer to this one; <see langword="null"/> if it has none.</summary>
    public string? Name { get; private set; }

    /// <summary>Gets the libraries that this one needs, in order.</summary>
    public List<string> Needed { get; } = [];

    /// <summary>Gets why this process cannot load the library; <see langword="null"/> if the library is for this processor.</summary>
    public string? Objection
    {
        get
        {
            ushort expected = RuntimeInformation.ProcessArchitecture switch
            {
                Architecture.X64 => X64,
                Architecture.Arm64 => Arm64,
                _ => _machine,
            };
            return _machine == expected
                ? null
                : $"it is for {GetName(_machine)}, and this process is {GetName(expected)}";
        }
    }

    /// <summary>Reads the header of a file.</summary>
    /// <returns>The header; <see langword="null"/> if the file is not such a library.</returns>
    public static ElfImage? TryRead(string path)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            Span<byte> header = stackalloc byte[HeaderSize];
            if (RandomAccess.Read(file, header, 0) < HeaderSize
                || BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic || header[4] != 2 || header[5] != 1)
            {
                return null;
            }

            var image = new ElfImage(BinaryPrimitives.ReadUInt16LittleEndian(header[18..]));
            image.ReadDynamic(
                file, BinaryPrimitives.ReadInt64LittleEndian(header[32..]), BinaryPrimitives.ReadUInt16LittleEndian(header[56..]));
            return image;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Loading the library will fail as well, and that error says what is wrong.
            return null;
        }
    }

    private void ReadDynamic(SafeFileHandle file, long programHeaders, int count)
    {
        var segments = new List<(long Address, long Offset, long Length)>();
        (long Offset, long Length) dynamic = default;
        Span<byte> header = stackalloc byte[ProgramHeaderSize];
        for (int i = 0; i < count; i++)
        {
            if (programHeaders < 0 || RandomAccess.Read(file, header, programHeaders + ((long)i * ProgramHeaderSize)) < ProgramHeaderSize)
            {
                return;
            }

            long offset = BinaryPrimitives.ReadInt64LittleEndian(header[8..]);
            long address = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
            long length = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
            switch (BinaryPrimitives.ReadUInt32LittleEndian(header))
            {
                case 1: // PT_LOAD
                    segments.Add((address, offset, length));
                    break;
                case 2: // PT_DYNAMIC
                    dynamic = (offset, length);
                    break;
            }
        }

        ReadEntries(file, Read(file, dynamic.Offset, dynamic.Length), segments);
    }

    private void ReadEntries(SafeFileHandle file, byte[] dynamic, List<(long Address, long Offset, long Length)> segments)
    {
        var needed = new List<long>();
        long strings = 0, stringsLength = 0, name = -1;
        for (int at = 0; at + 16 <= dynamic.Length; at += 16)
        {
            long tag = BinaryPrimitives.ReadInt64LittleEndian(dynamic.AsSpan(at));
            long value = BinaryPrimitives.ReadInt64LittleEndian(dynamic.AsSpan(at + 8));
            switch (tag)
            {
                case 0: // DT_NULL ends the list
                    at = dynamic.Length;
                    break;
                case 1: // DT_NEEDED
                    needed.Add(value);
                    break;
                case 5: // DT_STRTAB
                    strings = value;
                    break;
                case 10: // DT_STRSZ
                    stringsLength = value;
                    break;
                case 14: // DT_SONAME
                    name = value;
                    break;
            }
        }

        foreach ((long address, long offset, long length) in segments)
        {
            if (strings >= address && strings - address < length)
            {
                byte[] table = Read(file, offset + (strings - address), stringsLength);
                Name = name < 0 ? null : Text(table, name);
                Needed.AddRange(needed.Select(at => Text(table, at)).OfType<string>());
                return;
            }
        }
    }

    private static byte[] Read(SafeFileHandle file, long offset, long length)
    {
        if (offset < 0 || length is <= 0 or > MaxTable)
        {
            return [];
        }

        byte[] bytes = new byte[length];
        int read = RandomAccess.Read(file, bytes, offset);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    private static string? Text(byte[] table, long at)
    {
        if (at < 0 || at >= table.Length)
        {
            return null;
        }

        ReadOnlySpan<byte> rest = table.AsSpan((int)at);
        int end = rest.IndexOf((byte)0);
        return end <= 0 ? null : Encoding.UTF8.GetString(rest[..end]);
    }

    private static string GetName(ushort machine) =>
        machine switch { X64 => "x64", Arm64 => "arm64", 40 => "arm", 3 => "x86", _ => $"machine {machine}" };
}
