using System.Buffers.Binary;
using System.Text;
using ServerlessInference.Shared;

namespace ServerlessInference.Models.Archives;

/// <summary>
/// Inspects tar headers on their way to <see cref="System.Formats.Tar.TarReader"/>, and rejects damaged ones and metadata that is too
/// large.
/// </summary>
/// <remarks>
/// <para>The reader does not compare checksums. A damaged header could therefore rename a file, or end the archive too early.</para>
/// <para>The reader allocates as much memory as a metadata entry claims to need, so a tiny archive could make it allocate gigabytes. A
/// header that is rejected here never reaches the reader.</para>
/// <para>Metadata entries are those of pax (<c>x</c>, <c>g</c>) and of GNU tar (<c>L</c>, <c>K</c>). Any other header is followed by
/// content. Only the reader knows the length of the content, because pax can override it. Therefore this class counts the bytes that pass
/// until <see cref="EndEntry"/> is called, and computes the padding from that.</para>
/// <para>Sources: POSIX.1-2024, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format" (base-256 numbers). One reader.</para>
/// </remarks>
internal sealed class TarHeaderGuard(Stream source, string archive) : ForwardStream
{
    /// <summary>The largest metadata entry to accept.</summary>
    /// <remarks>
    /// On Linux a path has at most 4 KiB and an extended attribute at most 64 KiB, so packing a model produces far less than this.
    /// </remarks>
    public const int MaxMetadataBytes = 1024 * 1024;

    /// <summary>How many metadata entries in a row to accept.</summary>
    /// <remarks>
    /// A file has at most four: a global one, and either an extended one or the two of GNU tar. More only waste processor time.
    /// </remarks>
    public const int MaxMetadataInARow = 8;

    private const int BlockSize = 512, NameLength = 100, SizeAt = 124, SizeLength = 12, ChecksumAt = 148, ChecksumLength = 8,
        TypeAt = 156;

    private readonly byte[] _header = new byte[BlockSize];
    private int _filled;
    private int _metadataInARow;
    private bool _inContent;
    private bool _afterExtendedHeader;
    private long _contentBytes;
    private long _bytesToSkip;
    private long _position;

    /// <summary>Must be called when the content of an entry has been read. Its padding and the next header follow.</summary>
    public void EndEntry()
    {
        if (_inContent)
        {
            _bytesToSkip = -_contentBytes & (BlockSize - 1);
            _inContent = false;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (_inContent)
        {
            _contentBytes += read;
        }
        else
        {
            CollectHeaders(buffer.Span[..read]);
        }

        _position += read;
        return read;
    }

    private void CollectHeaders(ReadOnlySpan<byte> data)
    {
        long position = _position;
        while (data.Length > 0 && !_inContent)
        {
            int count = (int)Math.Min(data.Length, _bytesToSkip > 0 ? _bytesToSkip : BlockSize - _filled);
            if (_bytesToSkip > 0)
            {
                _bytesToSkip -= count;
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
                InspectHeader(position - BlockSize);
            }
        }

        _contentBytes += data.Length;
    }

    private void InspectHeader(long position)
    {
        CheckChecksum(position);
        char type = (char)_header[TypeAt];
        if (type is not ('x' or 'g' or 'L' or 'K'))
        {
            // The archive ends with a block of zeros. It is treated like a file here, which is harmless: the reader stops there.
            (_inContent, _contentBytes, _metadataInARow, _afterExtendedHeader) = (true, 0, 0, false);
            return;
        }

        string where = $"at byte {position:N0} (metadata of type '{type}')";
        if (!TryReadNumber(_header.AsSpan(SizeAt, SizeLength), out long size))
        {
            throw new CorruptContentException(
                $"The entry '{ReadName()}' of {archive} {where} has a size that is not a number: the archive is damaged.");
        }

        if (size > MaxMetadataBytes)
        {
            throw EntryName.Reject(ReadName(), archive, $"{where} claims {size:N0} bytes; at most {MaxMetadataBytes:N0} are allowed");
        }

        // An extended header applies to the file that follows it. If another header followed, the reader would apply the size in the
        // extended header to that one, and this class would lose track of where headers are.
        if (_afterExtendedHeader || ++_metadataInARow > MaxMetadataInARow)
        {
            throw EntryName.Reject(ReadName(), archive, $"{where} follows other metadata where a file was expected");
        }

        _afterExtendedHeader = type == 'x';
        _bytesToSkip = (size + BlockSize - 1) & -BlockSize;
    }

    /// <summary>Compares the checksum of a header, unless it is a block of zeros, with which the archive ends.</summary>
    /// <remarks>
    /// The checksum is the sum of all bytes, its own field counted as spaces. Writers before POSIX summed them up with their signs.
    /// </remarks>
    private void CheckChecksum(long position)
    {
        if (!_header.AsSpan().ContainsAnyExcept((byte)0))
        {
            return;
        }

        long sum = ChecksumLength * ' ', signedSum = sum;
        for (int i = 0; i < BlockSize; i++)
        {
            if (i is < ChecksumAt or >= ChecksumAt + ChecksumLength)
            {
                sum += _header[i];
                signedSum += (sbyte)_header[i];
            }
        }

        if (!TryReadNumber(_header.AsSpan(ChecksumAt, ChecksumLength), out long expected) || (expected != sum && expected != signedSum))
        {
            throw new CorruptContentException(
                $"The header at byte {position:N0} of {archive} does not have the checksum that it states: the archive is damaged.");
        }
    }

    /// <summary>Reads a size, and accepts only what writers produce.</summary>
    /// <remarks>
    /// A field that two readers could interpret differently is rejected; otherwise this class and the reader might disagree.
    /// </remarks>
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

    private string ReadName()
    {
        ReadOnlySpan<byte> name = _header.AsSpan(0, NameLength);
        int end = name.IndexOf((byte)0);
        string text = Encoding.ASCII.GetString(end < 0 ? name : name[..end]);
        return string.Concat(text.Select(letter => char.IsControl(letter) ? '?' : letter));
    }
}
