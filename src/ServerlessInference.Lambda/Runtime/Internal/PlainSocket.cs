using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ServerlessInference.Lambda.Runtime;

/// <summary>A blocking TCP connection to an IPv4 address that calls Linux's C library directly.</summary>
/// <remarks>
/// <para><see cref="System.Net.Sockets.Socket"/> loads assemblies and starts the thread of its asynchronous engine even for blocking calls.
/// A cold start is faster without them. The constants are those of Linux's system call interface, the same on x64 and arm64.</para>
/// <para>One thread sends and receives. Another thread may dispose the connection, which ends a wait of the first: the socket is shut down
/// at once, but its descriptor is closed only when no call uses it any more, so that a call cannot reach a descriptor that was given to
/// another file.</para>
/// </remarks>
internal sealed unsafe partial class PlainSocket : IDisposable
{
    private const string Library = "libc";
    private const int FamilyInternet = 2;
    private const int StreamCloseOnExec = 1 | 0x80000;
    private const int ProtocolTcp = 6;
    private const int NoDelay = 1;
    private const int NoSignal = 0x4000;
    private const int BothDirections = 2;
    private const int Interrupted = 4;

    private readonly SafeFileHandle _handle;

    private PlainSocket(SafeFileHandle handle) => _handle = handle;

    /// <summary>Gets a value indicating whether this operating system is supported.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>Connects.</summary>
    /// <param name="address">The IPv4 address, its first byte the most significant.</param>
    /// <param name="port">The port.</param>
    /// <exception cref="IOException">The connection could not be made.</exception>
    public static PlainSocket Connect(uint address, int port)
    {
        int descriptor = OpenSocket(FamilyInternet, StreamCloseOnExec, 0);
        if (descriptor < 0)
        {
            throw CreateException();
        }

        var socket = new PlainSocket(new SafeFileHandle(descriptor, ownsHandle: true));
        int on = 1;
        SocketAddress4 to = new() { Family = FamilyInternet, Port = ToNetworkOrder((ushort)port), Address = ToNetworkOrder(address) };
        if (SetOption(descriptor, ProtocolTcp, NoDelay, &on, sizeof(int)) < 0
            || ConnectSocket(descriptor, &to, sizeof(SocketAddress4)) < 0)
        {
            // The error is read first, because closing the socket would overwrite it.
            IOException exception = CreateException();
            socket.Dispose();
            throw exception;
        }

        return socket;
    }

    /// <summary>Sends all bytes.</summary>
    /// <exception cref="IOException">The connection is broken.</exception>
    /// <exception cref="ObjectDisposedException">The connection was disposed.</exception>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        bool held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
            int descriptor = (int)_handle.DangerousGetHandle();
            fixed (byte* start = bytes)
            {
                for (nint sent = 0; sent < bytes.Length;)
                {
                    nint count = SendBytes(descriptor, start + sent, bytes.Length - sent, NoSignal);
                    if (count >= 0)
                    {
                        sent += count;
                    }
                    else if (Marshal.GetLastPInvokeError() != Interrupted)
                    {
                        throw CreateException();
                    }
                }
            }
        }
        finally
        {
            Release(held);
        }
    }

    /// <summary>Waits for bytes.</summary>
    /// <returns>The number of bytes received; 0 if either side has closed the connection.</returns>
    /// <exception cref="IOException">The connection is broken.</exception>
    /// <exception cref="ObjectDisposedException">The connection was disposed.</exception>
    public int Receive(Span<byte> space)
    {
        bool held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
            int descriptor = (int)_handle.DangerousGetHandle();
            fixed (byte* start = space)
            {
                while (true)
                {
                    nint count = ReceiveBytes(descriptor, start, space.Length, 0);
                    if (count >= 0)
                    {
                        return (int)count;
                    }

                    if (Marshal.GetLastPInvokeError() != Interrupted)
                    {
                        throw CreateException();
                    }
                }
            }
        }
        finally
        {
            Release(held);
        }
    }

    /// <summary>Shuts the connection down. Its descriptor is closed when no thread uses it any more.</summary>
    public void Dispose()
    {
        bool held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
            _ = ShutDown((int)_handle.DangerousGetHandle(), BothDirections);
        }
        catch (ObjectDisposedException)
        {
            // The connection is closed already.
        }
        finally
        {
            Release(held);
        }

        _handle.Dispose();
    }

    private static IOException CreateException()
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"{Marshal.GetPInvokeErrorMessage(error)} (error {error})");
    }

    private static ushort ToNetworkOrder(ushort value) => BitConverter.IsLittleEndian ? (ushort)(value << 8 | value >> 8) : value;

    private static uint ToNetworkOrder(uint value) => BitConverter.IsLittleEndian
        ? value << 24 | (value & 0xFF00) << 8 | value >> 8 & 0xFF00 | value >> 24
        : value;

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "connect", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int ConnectSocket(int descriptor, SocketAddress4* address, int length);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int SetOption(int descriptor, int level, int option, int* value, int length);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint SendBytes(int descriptor, byte* bytes, nint length, int flags);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint ReceiveBytes(int descriptor, byte* bytes, nint length, int flags);

    [LibraryImport(Library, EntryPoint = "shutdown")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int ShutDown(int descriptor, int how);

    private void Release(bool held)
    {
        if (held)
        {
            _handle.DangerousRelease();
        }
    }

    /// <summary>Linux's <c>sockaddr_in</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct SocketAddress4
    {
        public ushort Family;
        public ushort Port;
        public uint Address;
        public ulong Padding;
    }
}
