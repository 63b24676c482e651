using System.Security.Cryptography;
using System.Text;
using ServerlessInference.Protobuf;

namespace ServerlessInference.Lambda.Events.Records;

/// <summary>
/// Takes apart a Kinesis record in which the Kinesis Producer Library (KPL) has put several records, each with its own partition key.
/// </summary>
/// <remarks>
/// Source: "KPL Aggregated Record Format" of the Kinesis Producer Library: four magic bytes, a protobuf message
/// <c>AggregatedRecord</c> (field 1: the partition keys; field 3: records, with the index of their key as field 1 and their data as field
/// 3), and the MD5 digest of the message.
/// </remarks>
internal static class KplAggregate
{
    /// <summary>The maximum number of records in one record. A Kinesis record has at most 10 MiB, so usual aggregates have fewer.</summary>
    private const int MaxRecords = 50_000;

    private const int PartitionKeysField = 1;
    private const int RecordsField = 3;
    private const int KeyIndexField = 1;
    private const int DataField = 3;

    /// <summary>Reads the records in a record's data.</summary>
    /// <param name="data">The data of a Kinesis record.</param>
    /// <returns>
    /// The records with their partition keys; <see langword="null"/> if the data is not an aggregate, but the data of a single record.
    /// </returns>
    /// <exception cref="InvalidInputException">There are too many records, or the aggregate is damaged.</exception>
    public static List<(string Key, ReadOnlyMemory<byte> Data)>? TryRead(ReadOnlyMemory<byte> data)
    {
        ReadOnlySpan<byte> magic = [0xF3, 0x89, 0x9A, 0xC2];
        if (data.Length < magic.Length + MD5.HashSizeInBytes || !data.Span.StartsWith(magic))
        {
            return null;
        }

        ReadOnlyMemory<byte> message = data[magic.Length..^MD5.HashSizeInBytes];
        Span<byte> digest = stackalloc byte[MD5.HashSizeInBytes];
#pragma warning disable CA5351 // The format prescribes MD5, which is a checksum here.
        MD5.HashData(message.Span, digest);
#pragma warning restore CA5351

        // Data that only begins like an aggregate is a record of its own, as the format says.
        return digest.SequenceEqual(data.Span[^MD5.HashSizeInBytes..]) ? Read(message) : null;
    }

    private static List<(string Key, ReadOnlyMemory<byte> Data)> Read(ReadOnlyMemory<byte> message)
    {
        var keys = new List<string>();
        var records = new List<(string Key, ReadOnlyMemory<byte> Data)>();
        var reader = new ProtobufReader(message.Span);
        while (reader.TryRead(out ProtobufField field))
        {
            ReadOnlyMemory<byte> content = message[field.ContentStart..field.End];
            if (field is { Number: PartitionKeysField, IsMessage: true })
            {
                keys.Add(Encoding.UTF8.GetString(content.Span));
            }
            else if (field is { Number: RecordsField, IsMessage: true })
            {
                if (records.Count == MaxRecords)
                {
                    throw new InvalidInputException(
                        InvalidInputKind.TooLarge, $"The record of the Kinesis Producer Library contains more than {MaxRecords} records.");
                }

                records.Add(ReadRecord(content, keys));
            }
        }

        return reader.IsDamaged ? throw Damaged() : records;
    }

    private static (string Key, ReadOnlyMemory<byte> Data) ReadRecord(ReadOnlyMemory<byte> record, List<string> keys)
    {
        ulong key = 0;
        ReadOnlyMemory<byte> data = default;
        var reader = new ProtobufReader(record.Span);
        while (reader.TryRead(out ProtobufField field))
        {
            ReadOnlyMemory<byte> content = record[field.ContentStart..field.End];
            if (field is { Number: KeyIndexField, IsMessage: false })
            {
                key = ReadVarint(content.Span);
            }
            else if (field is { Number: DataField, IsMessage: true })
            {
                data = content;
            }
        }

        return reader.IsDamaged || key >= (ulong)keys.Count ? throw Damaged() : (keys[(int)key], data);
    }

    private static ulong ReadVarint(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
        }

        return value;
    }

    private static InvalidInputException Damaged() => new("The record of the Kinesis Producer Library is damaged.");
}
