using System.Globalization;
using System.Text;
using System.Text.Json;
using ServerlessInference.Lambda.Events.Inputs;

namespace ServerlessInference.Lambda.Events.Records;

/// <summary>Reads batches of records in the formats of Kinesis, DynamoDB and Kafka.</summary>
/// <remarks>
/// Sources: the example events of the AWS Lambda documentation for Amazon Kinesis, Amazon DynamoDB, Amazon MSK and self-managed Apache
/// Kafka; the Amazon EventBridge User Guide for the batches of Pipes.
/// </remarks>
internal static class StreamRecordReader
{
    /// <summary>Reads records of a Kinesis stream, of which the Kinesis Producer Library may have put several into one.</summary>
    public static List<BatchRecord> ReadKinesis(ReadOnlyMemory<byte> payload, StreamOptions options)
    {
        var records = new List<BatchRecord>();
        foreach (BatchRecord record in RecordReader.Read(payload, record => ReadKinesisRecord(record, options)))
        {
            AddUserRecords(records, record, options);
        }

        return records;
    }

    /// <summary>Reads changes of a DynamoDB table.</summary>
    public static List<BatchRecord> ReadDynamoDb(ReadOnlyMemory<byte> payload, StreamOptions options) =>
        RecordReader.Read(payload, record =>
        {
            JsonElement change = EventJson.FindMember(record, "dynamodb") ?? throw RecordReader.Damaged();
            string origin = EventJson.ReadText(record, "eventSourceARN") ?? "dynamodb";
            var read = new BatchRecord(origin, RecordReader.ReadRequired(change, "SequenceNumber"), null, default, null)
            {
                Time = EventJson.ReadSeconds(change, "ApproximateCreationDateTime"),
                Key = EventJson.FindMember(change, "Keys")?.GetRawText(),
            };
            return FromChange(read, record, change, options);
        });

    /// <summary>
    /// Reads records of Kafka: an object with a list for each partition, or the list that EventBridge Pipes send. A record without a value
    /// (a tombstone) is passed over.
    /// </summary>
    public static List<BatchRecord> ReadKafka(ReadOnlyMemory<byte> payload, KafkaOptions options)
    {
        try
        {
            using JsonDocument document = EventJson.Parse(payload);
            var records = new List<BatchRecord>();
            if (document.RootElement.ValueKind == JsonValueKind.Array)
            {
                AddKafka(records, document.RootElement, options);
            }
            else
            {
                foreach (JsonProperty partition in document.RootElement.GetProperty("records"u8).EnumerateObject())
                {
                    AddKafka(records, partition.Value, options);
                }
            }

            return records;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw RecordReader.Damaged();
        }
    }

    private static void AddKafka(List<BatchRecord> records, JsonElement list, KafkaOptions options)
    {
        foreach (JsonElement record in list.EnumerateArray())
        {
            string topic = RecordReader.ReadRequired(record, "topic");
            long? partition = EventJson.ReadInteger(record, "partition"), offset = EventJson.ReadInteger(record, "offset");
            if (partition is null || offset is null)
            {
                throw RecordReader.Damaged();
            }

            if (EventJson.FindMember(record, "value") is not { ValueKind: not JsonValueKind.Null })
            {
                continue;
            }

            string group = string.Create(CultureInfo.InvariantCulture, $"{topic}-{partition}");
            (byte[] data, InvalidInputException? error) = RecordReader.ReadBase64(record, "value");
            var read = new BatchRecord(topic, string.Create(CultureInfo.InvariantCulture, $"{group}-{offset}"), group, default, error)
            {
                Offset = offset.Value,
                Key = EventJson.ReadText(record, "key"),
                Time = EventJson.ReadNumberOfMilliseconds(record, "timestamp"),
            };
            records.Add(error is not null ? read : RecordReader.WithInput(read, () => InputEnvelope.Read(
                StreamData.Read(data, options.MaxInflatedBytes), options.ReferencesOrNull, allowsBareUri: true)));
        }
    }

    private static BatchRecord? ReadKinesisRecord(JsonElement record, StreamOptions options)
    {
        // EventBridge Pipes send the members of "kinesis" without it.
        JsonElement kinesis = EventJson.FindMember(record, "kinesis") ?? record;
        (byte[] data, InvalidInputException? error) = RecordReader.ReadBase64(kinesis, "data");
        string origin = EventJson.ReadText(record, "eventSourceARN") ?? "kinesis";
        string id = RecordReader.ReadRequired(kinesis, "sequenceNumber");
        var read = new BatchRecord(origin, id, null, new RecordInput(data, null), error)
        {
            Time = EventJson.ReadSeconds(kinesis, "approximateArrivalTimestamp"),
            Key = EventJson.ReadText(kinesis, "partitionKey"),
        };
        return options.ReadsChanges && error is null ? FromChange(read, data, options) : read;
    }

    /// <summary>Adds a record, or the records that it contains, whose data is decompressed. All of them are reported by its ID.</summary>
    private static void AddUserRecords(List<BatchRecord> records, BatchRecord record, StreamOptions options)
    {
        if (record.Error is not null || options.ReadsChanges)
        {
            records.Add(record);
            return;
        }

        try
        {
            if (KplAggregate.TryRead(record.Input.Content) is not { } inner)
            {
                ReadOnlyMemory<byte> data = StreamData.Read(record.Input.Content, options.MaxInflatedBytes);
                records.Add(record with { Input = new RecordInput(data, null) });
                return;
            }

            for (int i = 0; i < inner.Count; i++)
            {
                (string key, ReadOnlyMemory<byte> data) = inner[i];
                BatchRecord one = record with
                {
                    SinkId = string.Create(CultureInfo.InvariantCulture, $"{record.Id}-{i}"),
                    Key = key,
                    Input = default,
                };
                records.Add(RecordReader.WithInput(one, () => new RecordInput(StreamData.Read(data, options.MaxInflatedBytes), null)));
            }
        }
        catch (InvalidInputException exception)
        {
            records.Add(record with { Input = default, Error = exception });
        }
    }

    private static BatchRecord? FromChange(BatchRecord read, byte[] data, StreamOptions options)
    {
        try
        {
            using JsonDocument document = EventJson.Parse(data);
            if (EventJson.FindMember(document.RootElement, "dynamodb") is { } change)
            {
                BatchRecord keyed = read with { Key = EventJson.FindMember(change, "Keys")?.GetRawText() ?? read.Key };
                return FromChange(keyed, document.RootElement, change, options);
            }
        }
        catch (JsonException)
        {
            // Reported below, like JSON of another kind.
        }

        return read with
        {
            Input = default,
            Error = new InvalidInputException(
                "The record is not a change of a DynamoDB table as Kinesis Data Streams for DynamoDB writes it."),
        };
    }

    /// <summary>Reads attributes of the new image.</summary>
    /// <returns>The record with its input; <see langword="null"/> for a removal, which has no new image.</returns>
    private static BatchRecord? FromChange(BatchRecord read, JsonElement record, JsonElement change, StreamOptions options)
    {
        BatchRecord empty = read with { Input = default };
        try
        {
            return EventJson.ReadText(record, "eventName") == "REMOVE"
                ? null
                : empty with { Input = new RecordInput(ReadImage(change, options), null) };
        }
        catch (InvalidInputException exception)
        {
            return empty with { Error = exception };
        }
    }

    /// <summary>Reads the attribute, or the attributes, of a new image that contain the input.</summary>
    /// <exception cref="InvalidInputException">The attributes are missing or damaged.</exception>
    private static byte[] ReadImage(JsonElement change, StreamOptions options)
    {
        JsonElement? image = EventJson.FindMember(change, "NewImage");
        if (options.Attribute is not { Length: > 0 } attribute)
        {
            return image is { } row && options.Attributes.Any(name => EventJson.FindMember(row, name) is not null)
                ? AttributeJson.Convert(row, options.Attributes)
                : throw Missing(string.Join("', '", options.Attributes));
        }

        if (image is null || EventJson.FindMember(image.Value, attribute) is not { ValueKind: JsonValueKind.Object } value)
        {
            throw Missing(attribute);
        }

        if (EventJson.ReadText(value, "S") is { } text)
        {
            return Encoding.UTF8.GetBytes(text);
        }

        if (EventJson.FindMember(value, "B") is not null)
        {
            (byte[] input, InvalidInputException? error) = RecordReader.ReadBase64(value, "B");
            return error is null ? input : throw error;
        }

        return AttributeJson.Convert(value);
    }

    private static InvalidInputException Missing(string attribute) => new(
        InvalidInputKind.Unprocessable,
        $"The record has no new image with the attribute '{attribute}'. " +
        "Configure the stream to contain new images (NEW_IMAGE), or name another attribute.");
}
