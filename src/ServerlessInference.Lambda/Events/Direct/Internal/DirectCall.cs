using System.Globalization;
using System.Text;
using System.Text.Json;
using ServerlessInference.Lambda.Events.Inputs;
using ServerlessInference.Lambda.Events.Records;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.Direct;

/// <summary>Reads direct calls.</summary>
internal static class DirectCall
{
    private const string Expected =
        "Expected: base64, text, json, s3, bucket and key, or url (the last three if References allows them), or inputs with a list of " +
        "such objects, and model if several models are mapped.";

    /// <summary>Reads the model's name; returns <see langword="null"/> if the call does not name one.</summary>
    public static string? ReadModel(JsonElement call) => EventJson.ReadText(call, "model");

    /// <summary>Reads the inputs.</summary>
    /// <returns>The inputs, and whether the answer is a list.</returns>
    /// <exception cref="InvalidInputException">The call as a whole is invalid, or its only input is.</exception>
    public static (List<BatchRecord> Inputs, bool IsList) Read(JsonElement call, DirectOptions options, string requestId)
    {
        if (call.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidInputException(
                $"The event was recognised as a direct call, but is a JSON {call.ValueKind} rather than an object. {Expected}");
        }

        if (EventJson.FindMember(call, "inputs") is { ValueKind: JsonValueKind.Array } inputs)
        {
            return (ReadList(inputs, options, requestId, null), true);
        }

        if (EventJson.FindMember(call, "Items") is { ValueKind: JsonValueKind.Array } items)
        {
            string? bucket = EventJson.FindMember(call, "BatchInput") is { } shared ? EventJson.ReadText(shared, "bucket") : null;
            return (ReadList(items, options, requestId, bucket), true);
        }

        return ([new BatchRecord("direct", requestId, null, ReadInput(call, options, null), null)], false);
    }

    private static List<BatchRecord> ReadList(JsonElement inputs, DirectOptions options, string requestId, string? bucket)
    {
        if (inputs.GetArrayLength() > options.MaxInputs)
        {
            throw new InvalidInputException(
                InvalidInputKind.TooLarge, $"The call has {inputs.GetArrayLength()} inputs; at most {options.MaxInputs} are allowed.");
        }

        var records = new List<BatchRecord>();
        foreach (JsonElement input in inputs.EnumerateArray())
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"{requestId}-{records.Count}");
            try
            {
                records.Add(new BatchRecord("direct", id, null, ReadInput(input, options, bucket), null));
            }
            catch (InvalidInputException exception)
            {
                records.Add(new BatchRecord("direct", id, null, default, exception));
            }
        }

        return records;
    }

    private static RecordInput ReadInput(JsonElement input, DirectOptions options, string? bucket)
    {
        if (input.ValueKind != JsonValueKind.Object)
        {
            throw Unknown();
        }

        if (EventJson.ReadText(input, "text") is { } text)
        {
            return new RecordInput(Encoding.UTF8.GetBytes(text), null);
        }

        if (EventJson.FindMember(input, "json") is { } json)
        {
            return new RecordInput(Encoding.UTF8.GetBytes(json.GetRawText()), null);
        }

        // A distributed map over a bucket's listing sends {"Key","Etag","Size",…} for each object, and the bucket once for all of them.
        if (options.ReferencesOrNull is { } references
            && EventJson.ReadText(input, "Key") is { } key
            && (EventJson.ReadText(input, "Bucket") ?? bucket) is { } name)
        {
            return InputEnvelope.ReadObject(new ObjectReference(name, key, EventJson.ReadText(input, "VersionId")), references);
        }

        return InputEnvelope.Read(input, options.ReferencesOrNull, isWrapper: true) ?? throw Unknown();
    }

    private static InvalidInputException Unknown() => new(
        InvalidInputKind.Unprocessable,
        $"The event was recognised as a direct call, but it contains no input of a kind that is known and allowed here. {Expected}");
}
