using ServerlessInference.Lambda.Events.Inputs;

namespace ServerlessInference.Lambda.Events.Records;

/// <summary>Decompresses the data of stream records. CloudWatch Logs, and many producers, compress it with gzip.</summary>
internal static class StreamData
{
    /// <summary>Returns the input in a record's data.</summary>
    /// <exception cref="InvalidInputException">The data is compressed, and damaged or too large.</exception>
    public static ReadOnlyMemory<byte> Read(ReadOnlyMemory<byte> data, int maxInflatedBytes) =>
        data.Span is [0x1F, 0x8B, 8, ..] ? BodyInflater.Inflate(data, "gzip", maxInflatedBytes) : data;
}
