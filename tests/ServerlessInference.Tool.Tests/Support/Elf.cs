namespace ServerlessInference.Tool.Tests.Support;

/// <summary>Files that begin like Linux programs and libraries.</summary>
internal static class Elf
{
    /// <summary>e_machine: System V ABI, AMD64 and AArch64 supplements.</summary>
    public const byte X64 = 62, Arm64 = 183;

    private const int MachineOffset = 18;

    /// <summary>Creates the content of a file of at least 64 bytes.</summary>
    public static byte[] Create(byte machine, int length)
    {
        var file = new byte[Math.Max(length, 64)];
        new Random(machine).NextBytes(file);
        ((byte[])[0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1]).CopyTo(file, 0);
        file[MachineOffset] = machine;
        file[MachineOffset + 1] = 0;
        return file;
    }
}
