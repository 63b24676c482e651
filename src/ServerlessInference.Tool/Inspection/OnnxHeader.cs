using System.Text;

namespace ServerlessInference.Tool.Inspection;

/// <summary>The header of an ONNX file: its versions and its producer.</summary>
/// <remarks>
/// Reads the protocol buffer <c>ModelProto</c> (field numbers: onnx.proto of the ONNX project) and skips the graph, so it also works for
/// models that ONNX Runtime rejects.
/// </remarks>
internal sealed class OnnxHeader
{
    private const int IrVersionField = 1;
    private const int ProducerNameField = 2;
    private const int ProducerVersionField = 3;
    private const int OpsetImportField = 8;
    private const int OpsetDomainField = 1;
    private const int OpsetVersionField = 2;

    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    public long IrVersion { get; private set; }

    public string Producer { get; private set; } = string.Empty;

    public string ProducerVersion { get; private set; } = string.Empty;

    /// <summary>Gets the versions of operator sets by domain. The default domain is <c>ai.onnx</c>.</summary>
    public SortedDictionary<string, long> Opsets { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the header of a file.</summary>
    /// <returns>The header, or <see langword="null"/> if the file is not a complete ONNX file.</returns>
    public static OnnxHeader? TryRead(Stream file)
    {
        var header = new OnnxHeader();
        try
        {
            while (file.Position < file.Length)
            {
                header.ReadField(file);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            return null;
        }

        return header.IrVersion > 0 ? header : null;
    }

    private void ReadField(Stream file)
    {
        (int field, int wire) = ReadKey(file);
        switch (field, wire)
        {
            case (IrVersionField, Varint):
                IrVersion = ReadVarint(file);
                break;
            case (ProducerNameField, LengthDelimited):
                Producer = ReadString(file);
                break;
            case (ProducerVersionField, LengthDelimited):
                ProducerVersion = ReadString(file);
                break;
            case (OpsetImportField, LengthDelimited):
                ReadOpset(file, ReadLength(file));
                break;
            default:
                Skip(file, wire);
                break;
        }
    }

    private void ReadOpset(Stream file, long length)
    {
        long end = file.Position + length;
        string domain = string.Empty;
        long version = 0;
        while (file.Position < end)
        {
            (int field, int wire) = ReadKey(file);
            switch (field, wire)
            {
                case (OpsetDomainField, LengthDelimited):
                    domain = ReadString(file);
                    break;
                case (OpsetVersionField, Varint):
                    version = ReadVarint(file);
                    break;
                default:
                    Skip(file, wire);
                    break;
            }
        }

        Opsets[domain.Length == 0 ? "ai.onnx" : domain] = version;
    }

    private static (int Field, int Wire) ReadKey(Stream file)
    {
        long key = ReadVarint(file);
        return ((int)(key >> 3), (int)(key & 7));
    }

    private static void Skip(Stream file, int wire)
    {
        switch (wire)
        {
            case Varint:
                ReadVarint(file);
                break;
            case Fixed64:
                file.Position += sizeof(long);
                break;
            case Fixed32:
                file.Position += sizeof(int);
                break;
            case LengthDelimited:
                // A separate statement, since reading the length moves the position too.
                long length = ReadLength(file);
                file.Position += length;
                break;
            default:
                throw new InvalidDataException($"Wire type {wire} does not occur in ONNX files.");
        }
    }

    private static long ReadLength(Stream file)
    {
        long length = ReadVarint(file);
        return length >= 0 && length <= file.Length - file.Position
            ? length
            : throw new InvalidDataException($"A field of {length} bytes extends beyond the end of the file.");
    }

    private static string ReadString(Stream file)
    {
        const int MaxNameLength = 64 * 1024;
        long length = ReadLength(file);
        if (length > MaxNameLength)
        {
            throw new InvalidDataException($"The name is {length} bytes long, which exceeds the limit of {MaxNameLength} bytes.");
        }

        byte[] bytes = new byte[length];
        file.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private static long ReadVarint(Stream file)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            int next = file.ReadByte();
            if (next < 0)
            {
                throw new EndOfStreamException();
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (long)value;
            }
        }

        throw new InvalidDataException("A number has more than 64 bits.");
    }
}
