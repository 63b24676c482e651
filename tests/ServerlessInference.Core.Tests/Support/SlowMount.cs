using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace ServerlessInference.Tests.Support;

/// <summary>
/// A file system of one directory that is mounted through FUSE, and whose speed a test changes while it is mounted. Needs root and
/// <c>/dev/fuse</c>.
/// </summary>
/// <remarks>
/// It answers the kernel's requests itself. Source of the protocol: <c>include/uapi/linux/fuse.h</c>, version 7.19 and newer. A directory
/// that is read through the kernel's cache would hide its speed, so every file is opened anew without the cache of earlier openings.
/// </remarks>
internal sealed partial class SlowMount : IDisposable
{
    private const int HeaderLength = 40;
    private const int AttributesLength = 88;
    private const uint DirectoryMode = 0x41ED; // S_IFDIR | 0755
    private const uint FileMode = 0x81A4; // S_IFREG | 0644
    private const int NoEntry = -2;
    private const int NotSupported = -38;

    private readonly FileStream _device;
    private readonly Thread _server;
    private readonly Thread _reader;
    private readonly Lock _gate = new();
    private readonly List<(string Name, byte[] Content, long Time)> _files = [];
    private readonly BlockingCollection<(ulong Unique, ulong Node, ulong Offset, uint Size)> _reads = [];
    private readonly ManualResetEventSlim _resumed = new(initialState: true);
    private readonly ManualResetEventSlim _unlimited = new(initialState: true);
    private long _bytesPerSecond = long.MaxValue;
    private long _stallsAfter = long.MaxValue;
    private long _delivered;
    private long _writes;
    private volatile bool _disposed;

    public SlowMount()
    {
        Path = Directory.CreateTempSubdirectory("si-slow-mount-").FullName;
        _device = new FileStream("/dev/fuse", System.IO.FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        string options = $"fd={_device.SafeFileHandle.DangerousGetHandle()},rootmode=40000,user_id=0,group_id=0";
        if (Mount("slow", Path, "fuse", 0, options) != 0)
        {
            throw new IOException($"mount failed: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        _server = new Thread(Serve) { IsBackground = true, Name = "slow mount" };
        _server.Start();
        _reader = new Thread(ServeReads) { IsBackground = true, Name = "slow mount, reads" };
        _reader.Start();
    }

    public string Path { get; }

    /// <summary>Gets how many bytes were read.</summary>
    public long Delivered => Volatile.Read(ref _delivered);

    /// <summary>Skips the test where nothing can be mounted.</summary>
    public static void SkipUnlessPossible() => Assert.SkipUnless(
        OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && File.Exists("/dev/fuse"),
        "mounting through FUSE needs root and /dev/fuse");

    public void Write(string name, byte[] content)
    {
        lock (_gate)
        {
            // The place in the list is the node, which must not change for the others.
            int index = _files.FindIndex(file => file.Name == name);
            if (index < 0)
            {
                _files.Add((name, content, ++_writes));
            }
            else
            {
                _files[index] = (name, content, ++_writes);
            }
        }
    }

    /// <summary>Sets how many bytes are read in a second.</summary>
    public void SetSpeed(long bytesPerSecond)
    {
        _unlimited.Reset();
        Volatile.Write(ref _bytesPerSecond, bytesPerSecond);
    }

    /// <summary>Lets reading hang after so many more bytes.</summary>
    public void StallAfter(long bytes)
    {
        _resumed.Reset();
        Volatile.Write(ref _stallsAfter, Delivered + bytes);
    }

    /// <summary>Lets reading go on at full speed.</summary>
    public void Recover()
    {
        Volatile.Write(ref _bytesPerSecond, long.MaxValue);
        Volatile.Write(ref _stallsAfter, long.MaxValue);
        _unlimited.Set();
        _resumed.Set();
    }

    public void Dispose()
    {
        _disposed = true;
        Recover();

        // Lazily, since an abandoned reader may still have a file open.
        const int Detach = 2;
        _ = Unmount(Path, Detach);
        _server.Join(TimeSpan.FromSeconds(10));
        _reads.CompleteAdding();
        _reader.Join(TimeSpan.FromSeconds(10));
        _reads.Dispose();
        _device.Dispose();
        Directory.Delete(Path);
        _resumed.Dispose();
        _unlimited.Dispose();
    }

    private void Serve()
    {
        byte[] request = new byte[1024 * 1024 + 4096];
        while (!_disposed)
        {
            int length;
            try
            {
                length = _device.Read(request);
            }
            catch (IOException)
            {
                // Unmounted (ENODEV), or the request was interrupted meanwhile (ENOENT).
                continue;
            }

            if (length < HeaderLength)
            {
                return;
            }

            Answer(request.AsSpan(0, length));
        }
    }

    private void Answer(ReadOnlySpan<byte> request)
    {
        uint operation = BinaryPrimitives.ReadUInt32LittleEndian(request[4..]);
        ulong unique = BinaryPrimitives.ReadUInt64LittleEndian(request[8..]);
        ulong node = BinaryPrimitives.ReadUInt64LittleEndian(request[16..]);
        ReadOnlySpan<byte> body = request[HeaderLength..];
        switch ((Operation)operation)
        {
            case Operation.Init: Reply(unique, Initialize(body)); break;
            case Operation.Lookup: LookUp(unique, body); break;
            case Operation.GetAttributes: Reply(unique, [.. Validity(), .. Attributes(node)]); break;
            case Operation.Open or Operation.OpenDirectory: Reply(unique, new byte[16]); break;
            case Operation.Read:
                _reads.Add((
                    unique, node, BinaryPrimitives.ReadUInt64LittleEndian(body[8..]), BinaryPrimitives.ReadUInt32LittleEndian(body[16..])));
                break;
            case Operation.ReadDirectory: ReadDirectory(unique, body); break;
            case Operation.Release or Operation.ReleaseDirectory or Operation.Flush or Operation.Access: Reply(unique, []); break;
            case Operation.Forget or Operation.BatchForget or Operation.Interrupt: break;
            default: Reply(unique, [], NotSupported); break;
        }
    }

    private static byte[] Initialize(ReadOnlySpan<byte> body)
    {
        byte[] answer = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(answer, 7);
        BinaryPrimitives.WriteUInt32LittleEndian(answer.AsSpan(4), Math.Min(31, BinaryPrimitives.ReadUInt32LittleEndian(body[4..])));
        BinaryPrimitives.WriteUInt32LittleEndian(answer.AsSpan(8), 128 * 1024); // read ahead
        BinaryPrimitives.WriteUInt16LittleEndian(answer.AsSpan(16), 12); // requests in the background
        BinaryPrimitives.WriteUInt16LittleEndian(answer.AsSpan(18), 9);
        BinaryPrimitives.WriteUInt32LittleEndian(answer.AsSpan(20), 128 * 1024); // the longest write
        return answer;
    }

    private void LookUp(ulong unique, ReadOnlySpan<byte> body)
    {
        string name = Encoding.UTF8.GetString(body[..body.IndexOf((byte)0)]);
        int index;
        lock (_gate)
        {
            index = _files.FindIndex(file => file.Name == name);
        }

        if (index < 0)
        {
            Reply(unique, [], NoEntry);
            return;
        }

        ulong node = (ulong)index + 2;
        byte[] entry = new byte[40];
        BinaryPrimitives.WriteUInt64LittleEndian(entry, node);
        Reply(unique, [.. entry, .. Attributes(node)]);
    }

    // Reads have a thread of their own, so that a mount that is slow to read can still be listed.
    private void ServeReads()
    {
        foreach ((ulong unique, ulong node, ulong offset, uint size) in _reads.GetConsumingEnumerable())
        {
            Read(unique, node, offset, size);
        }
    }

    private void Read(ulong unique, ulong node, ulong offset, uint size)
    {
        byte[] content = GetContent(node);
        int start = (int)Math.Min(offset, (ulong)content.Length), count = (int)Math.Min(size, (ulong)(content.Length - start));
        if (Delivered + count > Volatile.Read(ref _stallsAfter))
        {
            _resumed.Wait();
        }

        long speed = Volatile.Read(ref _bytesPerSecond);
        if (speed < long.MaxValue)
        {
            _unlimited.Wait(TimeSpan.FromSeconds((double)count / speed));
        }

        Interlocked.Add(ref _delivered, count);
        Reply(unique, content.AsSpan(start, count));
    }

    private void ReadDirectory(ulong unique, ReadOnlySpan<byte> body)
    {
        int offset = (int)BinaryPrimitives.ReadUInt64LittleEndian(body[8..]);
        var entries = new List<byte>();
        string[] names;
        lock (_gate)
        {
            names = [.. _files.Select(file => file.Name)];
        }

        for (int i = offset; i < names.Length; i++)
        {
            byte[] name = Encoding.UTF8.GetBytes(names[i]);
            byte[] entry = new byte[(24 + name.Length + 7) & ~7];
            BinaryPrimitives.WriteUInt64LittleEndian(entry, (ulong)i + 2);
            BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(8), (ulong)i + 1);
            BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(16), name.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(20), FileMode >> 12);
            name.CopyTo(entry, 24);
            entries.AddRange(entry);
        }

        Reply(unique, [.. entries]);
    }

    private byte[] GetContent(ulong node)
    {
        lock (_gate)
        {
            return _files[(int)node - 2].Content;
        }
    }

    private long GetTime(ulong node)
    {
        lock (_gate)
        {
            return _files[(int)node - 2].Time;
        }
    }

    /// <summary>How long the kernel may keep attributes: not at all, so that a test can replace files.</summary>
    private static byte[] Validity() => new byte[16];

    private byte[] Attributes(ulong node)
    {
        byte[] attributes = new byte[AttributesLength];
        long length = node == 1 ? 0 : GetContent(node).Length;
        BinaryPrimitives.WriteInt64LittleEndian(attributes.AsSpan(32), node == 1 ? 1 : GetTime(node));
        BinaryPrimitives.WriteUInt64LittleEndian(attributes, node);
        BinaryPrimitives.WriteInt64LittleEndian(attributes.AsSpan(8), length);
        BinaryPrimitives.WriteInt64LittleEndian(attributes.AsSpan(16), (length + 511) / 512);
        BinaryPrimitives.WriteUInt32LittleEndian(attributes.AsSpan(60), node == 1 ? DirectoryMode : FileMode);
        BinaryPrimitives.WriteUInt32LittleEndian(attributes.AsSpan(64), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(attributes.AsSpan(80), 4096);
        return attributes;
    }

    private void Reply(ulong unique, ReadOnlySpan<byte> body, int error = 0)
    {
        const int OutHeader = 16;
        byte[] answer = new byte[OutHeader + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(answer, answer.Length);
        BinaryPrimitives.WriteInt32LittleEndian(answer.AsSpan(4), error);
        BinaryPrimitives.WriteUInt64LittleEndian(answer.AsSpan(8), unique);
        body.CopyTo(answer.AsSpan(OutHeader));
        try
        {
            _device.Write(answer);
        }
        catch (IOException)
        {
            // The reader is gone, or the file system was unmounted.
        }
    }

    [LibraryImport("libc", EntryPoint = "mount", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Mount(string source, string target, string type, nuint flags, string options);

    [LibraryImport("libc", EntryPoint = "umount2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);

    /// <summary>The requests that are answered. Source: <c>enum fuse_opcode</c>.</summary>
    private enum Operation : uint
    {
        Lookup = 1,
        Forget = 2,
        GetAttributes = 3,
        Open = 14,
        Read = 15,
        Release = 18,
        Flush = 25,
        Init = 26,
        OpenDirectory = 27,
        ReadDirectory = 28,
        ReleaseDirectory = 29,
        Access = 34,
        Interrupt = 36,
        BatchForget = 42,
    }
}
