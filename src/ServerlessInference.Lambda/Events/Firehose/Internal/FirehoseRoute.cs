using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using ServerlessInference.Lambda.Events.Inputs;
using ServerlessInference.Lambda.Events.Records;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.Firehose;

/// <summary>Transforms the records of a Firehose stream: each record is replaced with the model's result.</summary>
/// <remarks>Source: "Transform source data" of the Amazon Data Firehose Developer Guide.</remarks>
internal sealed class FirehoseRoute : IEventRoute
{
    /// <summary>The length of the members of a record in the answer, without its ID and its data.</summary>
    private const int RecordOverhead = 96;

    private const string KafkaData = "kafkaRecordValue";

    private readonly List<FirehoseMapping> _mappings = [];
    private ILogger? _logger;

    public string Description => $"Firehose streams ({string.Join(", ", _mappings.Select(mapping => mapping.Description))})";

    /// <summary>Adds a mapping.</summary>
    /// <exception cref="InvalidOperationException">The stream is mapped already.</exception>
    public void Add(FirehoseMapping mapping)
    {
        foreach (FirehoseMapping existing in _mappings)
        {
            if (existing.Options.Source is null || mapping.Options.Source is null || existing.Options.Source == mapping.Options.Source)
            {
                throw new InvalidOperationException(
                    $"{Description} is mapped already. To map several streams to different models, name each of them with the option " +
                    "Source.");
            }
        }

        _mappings.Add(mapping);
    }

    public bool CanHandle(EventKind kind) => kind == EventKind.Firehose;

    public void Prepare(FunctionServices services, ICollection<string> failures)
    {
        _logger = services.CreateLogger(LogMessages.Category);
        foreach (FirehoseMapping mapping in _mappings)
        {
            StreamRules.Validate("MapFirehose", mapping.Options.MaxInflatedBytes, failures);
            if (ModelPipelines.Find(services, mapping.Model, "MapFirehose", failures) is { } pipeline)
            {
                mapping.Processor = new RecordProcessor(
                    services, mapping.Model, pipeline, mapping.Target?.Create(services.Provider), fetcher: null);
            }
        }
    }

    public async ValueTask HandleAsync(Invocation invocation, EventKind kind, CancellationToken cancellationToken)
    {
        using JsonDocument document = Parse(invocation.Payload);
        string stream = EventJson.ReadText(document.RootElement, "deliveryStreamArn") ?? throw Damaged();
        FirehoseMapping mapping = _mappings.Find(candidate => candidate.Matches(stream)) ?? throw new InvalidInputException(
            InvalidInputKind.Unprocessable,
            $"The event was recognised as {EventShape.Describe(kind)} of '{stream}', which is not mapped. Mapped: {Description}.");
        JsonElement list = EventJson.FindMember(document.RootElement, "records") is { ValueKind: JsonValueKind.Array } found
            ? found
            : throw Damaged();

        // A stream that reads a Kafka topic has another name for the data, which the answer has to use as well.
        bool isKafka = list.GetArrayLength() > 0 && EventJson.FindMember(list[0], KafkaData) is not null;
        string dataName = isKafka ? KafkaData : "data";
        List<BatchRecord> records = Read(list, stream, dataName, mapping.Options.MaxInflatedBytes);
        RecordStatus[] statuses = await mapping.Processor!
            .ProcessAsync(invocation, records, mapping.Rules, cancellationToken).ConfigureAwait(false);
        Write(invocation, statuses, dataName, mapping.Options.SkipInvalidRecords);
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> payload)
    {
        try
        {
            return EventJson.Parse(payload);
        }
        catch (JsonException exception)
        {
            throw EventJson.InvalidJson(exception);
        }
    }

    private static InvalidInputException Damaged() =>
        new(
            "The event was recognised as records of a Firehose stream, but is damaged: the stream, the records or a record's ID is " +
            "missing.");

    private static List<BatchRecord> Read(JsonElement list, string stream, string dataName, int maxInflatedBytes)
    {
        var records = new List<BatchRecord>(list.GetArrayLength());
        foreach (JsonElement record in list.EnumerateArray())
        {
            var read = new BatchRecord(stream, EventJson.ReadText(record, "recordId") ?? throw Damaged(), null, default, null)
            {
                Time = EventJson.ReadNumberOfMilliseconds(record, "approximateArrivalTimestamp"),
            };
            (byte[] data, InvalidInputException? error) = RecordReader.ReadBase64(record, dataName);
            records.Add(error is null ? RecordReader.WithInput(read, () => ToInput(data, maxInflatedBytes)) : read with { Error = error });
        }

        return records;
    }

    private static RecordInput ToInput(byte[] data, int maxInflatedBytes) => new(StreamData.Read(data, maxInflatedBytes), null);

    private void Write(Invocation invocation, RecordStatus[] statuses, string dataName, bool dropsInvalid)
    {
        // The room that remains for data if every record has at least an answer without data.
        int room = LambdaLimits.MaxResponseBytes - RecordOverhead;
        foreach (RecordStatus status in statuses)
        {
            room -= status.Record.Id.Length + RecordOverhead;
        }

        Utf8JsonWriter writer = invocation.BeginResponse();
        writer.WriteStartObject();
        writer.WriteStartArray("records"u8);
        int tooMany = 0;
        foreach (RecordStatus status in statuses)
        {
            writer.WriteStartObject();
            writer.WriteString("recordId"u8, status.Record.Id);
            ReadOnlySpan<byte> line = status.State == RecordState.Done ? WriteLine(invocation, status) : default;
            int length = (line.Length + 2) / 3 * 4;
            bool fits = length <= room;
            if (status.State == RecordState.Done && fits)
            {
                room -= length;
                writer.WriteString("result"u8, "Ok"u8);
                writer.WriteBase64String(dataName, line);
            }
            else
            {
                tooMany += fits ? 0 : 1;
                bool isInvalid = status.State is RecordState.Skipped or RecordState.Invalid;
                writer.WriteString("result"u8, isInvalid && dropsInvalid ? "Dropped"u8 : "ProcessingFailed"u8);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        if (tooMany > 0)
        {
            LogMessages.RecordsDoNotFit(_logger!, tooMany, LambdaLimits.MaxResponseBytes.ToString("N0", CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Writes the line of JSON that replaces a record. Firehose concatenates records, so each ends with a line break.</summary>
    private static ReadOnlySpan<byte> WriteLine(Invocation invocation, RecordStatus status)
    {
        Utf8JsonWriter writer = invocation.BeginInner();
        var record = new SinkRecord(status.Record.Origin, status.Record.Id, status.Result!, status.Json);
        ResultDocument.Write(record, writer);
        writer.Flush();
        invocation.InnerBuffer.GetSpan(1)[0] = (byte)'\n';
        invocation.InnerBuffer.Advance(1);
        return invocation.InnerBuffer.Body.Span;
    }
}
