using System.Buffers.Binary;
using System.Text;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Models.Archives;

/// <summary>Stands in front of <see cref="System.Formats.Tar.TarReader"/> and follows the headers that pass, since that one takes memory of whatever size a metadata entry claims.</summary>
/// <remarks>
/// A header that is refused never reaches the reader. Metadata entries are those of pax (<c>x</c>, <c>g</c>) and GNU (<c>L</c>, <c>K</c>); any other header is followed by content, whose
/// length only the reader knows (pax can override it), so content is counted as it passes until <see cref="EndEntry"/>. Source: POSIX.1-2024, pax, "ustar Interchange Format", and
/// GNU tar's manual, "Basic Tar Format" (base-256 numbers). One reader.
/// </remarks>
internal sealed class TarHeaderGuard(Stream source, string archive) : ForwardStream
{
    /// <summary>What a metadata entry may hold: a path has at most 4 KiB and an extended attribute 64 KiB on Linux, so this is many times what packing a model can yield.</summary>
    public const int MaxMetadataBytes = 1024 * 1024;

    /// <summary>A file has at most four in front of it (a global one, and either an extended one or GNU's two); more only keep the processor busy.</summary>
    public const int MaxMetadataInARow = 8;

    private const int BlockSize = 512, NameLength = 100, SizeAt = 124, SizeLength = 12, TypeAt = 156;

    private readonly byte[] _header = new byte[BlockSize];
    private int _filled;
    private int _metadata;
    private bool _inContent;
    private bool _extended;
    private long _content;
    private long _skip;
    private long _position;

    /// <summary>Says that an entry's content was read to its end: what follows are its padding and the next header.</summary>
    public void EndEntry()
    {
        if (_inContent)
        {
            _skip = -_content & (BlockSize - 1);
            _inContent = false;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (_inContent)
        {
            _content += read;
        }
        else
        {
            Follow(buffer.Span[..read]);
        }

        _position += read;
        return read;
    }

    private void Follow(ReadOnlySpan<byte> data)
    {
        long position = _position;
        while (data.Length > 0 && !_inContent)
        {
            int count = (int)Math.Min(data.Length, _skip > 0 ? _skip : BlockSize - _filled);
            if (_skip > 0)
            {
                _skip -= count;
            }
            else
            {
                data[..count].CopyTo(_header.AsSpan(_filled));
                _filled += count;
            }

            data = data[count..];
            position += count;
            if (_filled == BlockSize)
            {
                _filled = 0;
                Inspect(position - BlockSize);
            }
        }

        _content += data.Length;
    }

    private void Inspect(long position)
    {
        char type = (char)_header[TypeAt];
        if (type is not ('x' or 'g' or 'L' or 'K'))
        {
            // The end of the archive is a block of zeros, after which the reader asks for nothing.
            (_inContent, _content, _metadata, _extended) = (true, 0, 0, false);
            return;
        }

        string what = $"at byte {position:N0} (metadata of the kind '{type}')";
        if (!TryReadNumber(_header.AsSpan(SizeAt, SizeLength), out long size))
        {
            throw new CorruptContentException($"The entry '{Name()}' of {archive} {what} has a size that is no number: the archive is damaged.");
        }

        if (size > MaxMetadataBytes)
        {
            throw EntryName.Refuse(Name(), archive, $"{what} claims {size:N0} bytes; metadata may have {MaxMetadataBytes:N0}");
        }

        // Behind an extended header stands its file; a size in it must not become another header's.
        if (_extended || ++_metadata > MaxMetadataInARow)
        {
            throw EntryName.Refuse(Name(), archive, $"{what} stands behind other metadata where a file belongs");
        }

        _extended = type == 'x';
        _skip = (size + BlockSize - 1) & -BlockSize;
    }

    /// <summary>Reads a size as strictly as every writer writes it: what two readers could take for two numbers is none.</summary>
    private static bool TryReadNumber(ReadOnlySpan<byte> field, out long number)
    {
        number = 0;
        if (field[0] == 0x80)
        {
            number = BinaryPrimitives.ReadInt64BigEndian(field[^8..]);
            return number >= 0 && !field[1..^8].ContainsAnyExcept((byte)0);
        }

        ReadOnlySpan<byte> digits = field.TrimStart((byte)' ').TrimEnd(" \0"u8);
        foreach (byte digit in digits)
        {
            number = (number * 8) + (digit - '0');
        }

        return !digits.ContainsAnyExceptInRange((byte)'0', (byte)'7');
    }

    private string Name()
    {
        ReadOnlySpan<byte> name = _header.AsSpan(0, NameLength);
        int end = name.IndexOf((byte)0);
        return string.Concat(Encoding.ASCII.GetString(end < 0 ? name : name[..end]).Select(letter => char.IsControl(letter) ? '?' : letter));
    }
}
