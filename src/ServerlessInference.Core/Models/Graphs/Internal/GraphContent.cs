using Microsoft.Win32.SafeHandles;

namespace ServerlessInference.Models.Graphs;

/// <summary>A model file that is read forwards in small pieces, so that skipping a weight costs nothing.</summary>
/// <remarks>
/// Not thread-safe. Read failures are <see cref="ModelLoadException"/>s; the end of the file is <see cref="InvalidDataException"/>.
/// </remarks>
internal sealed class GraphContent : IDisposable
{
    private const int WindowSize = 32 * 1024;

    // After a skipped weight, usually only the few bytes in front of the next one are needed.
    private const int FirstReadSize = 512;

    private readonly ModelFile _file;
    private readonly SafeFileHandle? _handle;
    private readonly byte[] _window;
    private long _windowStart;
    private int _windowLength;
    private int _readSize = WindowSize;

    private GraphContent(ModelFile file, SafeFileHandle? handle)
    {
        _file = file;
        _handle = handle;
        _window = handle is null ? [] : new byte[WindowSize];
    }

    public long Position { get; private set; }

    public long Length => _file.Length;

    public static GraphContent Open(ModelFile file)
    {
        try
        {
            return new GraphContent(file, file.PhysicalPath is { } path ? File.OpenHandle(path) : null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CannotRead(file, exception);
        }
    }

    public ulong ReadVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = ReadByte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("A number has more than 64 bits.");
    }

    public void Read(Span<byte> content)
    {
        while (!content.IsEmpty)
        {
            ReadOnlySpan<byte> available = Available();
            int count = Math.Min(available.Length, content.Length);
            available[..count].CopyTo(content);
            content = content[count..];
            Position += count;
        }
    }

    public void Skip(long count)
    {
        if (count < 0 || count > Length - Position)
        {
            throw new InvalidDataException("A field reaches past the end of the file.");
        }

        Position += count;
    }

    public void Dispose() => _handle?.Dispose();

    private static ModelLoadException CannotRead(ModelFile file, Exception exception) =>
        new($"The file '{file.PhysicalPath}' cannot be read: {exception.Message}", exception);

    private byte ReadByte()
    {
        byte next = Available()[0];
        Position++;
        return next;
    }

    private ReadOnlySpan<byte> Available()
    {
        if (Position >= Length)
        {
            throw new InvalidDataException("The file ends in the middle of a field.");
        }

        if (_handle is null)
        {
            return _file.Memory.Span[(int)Position..];
        }

        long offset = Position - _windowStart;
        if (offset < 0 || offset >= _windowLength)
        {
            Fill();
            offset = 0;
        }

        return _window.AsSpan((int)offset, _windowLength - (int)offset);
    }

    private void Fill()
    {
        bool follows = Position == _windowStart + _windowLength;
        _readSize = follows ? Math.Min(_readSize * 4, WindowSize) : FirstReadSize;
        _windowStart = Position;
        try
        {
            _windowLength = RandomAccess.Read(_handle!, _window.AsSpan(0, _readSize), Position);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CannotRead(_file, exception);
        }

        if (_windowLength == 0)
        {
            throw new InvalidDataException("The file is shorter than it was when the model was found.");
        }
    }
}
