using System.Text;
using System.Text.Json;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>Reads direct calls.</summary>
internal static class DirectCall
{
    private const string Expected =
        "Expected: base64, text, json, s3, bucket and key, or url (the last three where References allow them), or inputs with a list of such objects, and model where there are several.";

    /// <summary>Reads the model's name; <see langword="null"/> where the call names none.</summary>
    public static string? Model(JsonElement call) => EventJson.Text(call, "model");

    /// <summary>Reads the inputs.</summary>
    /// <returns>The inputs, and whether the answer is a list.</returns>
    /// <exception cref="InvalidInputException">The call as a whole is none, or its only input is none.</exception>
    public static (List<BatchRecord> Inputs, bool IsList) Read(JsonElement call, DirectOptions options, string requestId)
    {
        if (call.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidInputException($"The event was recognised as a direct call, but is a JSON {call.ValueKind} rather than an object. {Expected}");
        }

        if (EventJson.Member(call, "inputs") is { ValueKind: JsonValueKind.Array } inputs)
        {
            return (ReadList(inputs, options, requestId, null), true);
        }

        if (EventJson.Member(call, "Items") is { ValueKind: JsonValueKind.Array } items)
        {
            return (ReadList(items, options, requestId, EventJson.Member(call, "BatchInput") is { } shared ? EventJson.Text(shared, "bucket") : null), true);
        }

        return ([new BatchRecord("direct", requestId, null, ReadInput(call, options, null), null)], false);
    }

    private static List<BatchRecord> ReadList(JsonElement inputs, DirectOptions options, string requestId, string? bucket)
    {
        if (inputs.GetArrayLength() > options.MaxInputs)
        {
            throw new InvalidInputException(InvalidInputKind.TooLarge, $"The call has {inputs.GetArrayLength()} inputs; {options.MaxInputs} are taken at most.");
        }

        var records = new List<BatchRecord>();
        foreach (JsonElement input in inputs.EnumerateArray())
        {
            string id = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{requestId}-{records.Count}");
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

        if (EventJson.Text(input, "text") is { } text)
        {
            return new RecordInput(Encoding.UTF8.GetBytes(text), null);
        }

        if (EventJson.Member(input, "json") is { } json)
        {
            return new RecordInput(Encoding.UTF8.GetBytes(json.GetRawText()), null);
        }

        // A distributed map over a bucket's listing gives {"Key","Etag","Size",…}, and the bucket once for all.
        if (options.ReferencesOrNull is { } references && EventJson.Text(input, "Key") is { } key && (EventJson.Text(input, "Bucket") ?? bucket) is { } name)
        {
            return InputEnvelope.ReadObject(new ObjectReference(name, key, EventJson.Text(input, "VersionId")), references);
        }

        return InputEnvelope.Read(WithoutModel(input), options.ReferencesOrNull) ?? throw Unknown();
    }

    private static List<JsonProperty> WithoutModel(JsonElement input)
    {
        var members = new List<JsonProperty>();
        foreach (JsonProperty member in input.EnumerateObject())
        {
            if (EventJson.Name(member) != "model")
            {
                members.Add(member);
            }
        }

        return members;
    }

    private static InvalidInputException Unknown() => new(
        InvalidInputKind.Unprocessable, $"The event was recognised as a direct call, but has no input that is known and allowed here. {Expected}");
}
