using System.Globalization;
using System.Text.Json;
using ServerlessInference.Lambda.Events.Inputs;
using ServerlessInference.Lambda.Events.Records;

namespace ServerlessInference.Lambda.Events.Http;

/// <summary>
/// Finds the inputs in the body of a request: the body itself, compressed or not, the files of a form, or members of JSON.
/// </summary>
internal sealed class HttpBody(HttpInputOptions options)
{
    private const string Expected =
        "Expected: a file as the form's field (curl -F file=@FILE, <input type=\"file\" name=\"file\">, FormData).";

    /// <summary>Reads the inputs of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="payload">The event, of which the body is decoded in place.</param>
    /// <param name="requestId">The request's ID, from which several inputs get theirs.</param>
    /// <exception cref="InvalidInputException">The body contains no input that can be used.</exception>
    public HttpInputs Read(in HttpRequest request, Memory<byte> payload, string requestId)
    {
        ReadOnlyMemory<byte> body = request.DecodeBody(payload);
        if (body.IsEmpty)
        {
            throw new InvalidInputException("The request has no body. Send the input as the body.");
        }

        // A file that is sent as it is needs no header. Nothing else is read for it, which leaves less to compile before the first answer.
        if (body.Span[0] is 0xFF or 0x89)
        {
            return new HttpInputs(new RecordInput(body, null), null);
        }

        if (request.FindHeader(payload.Span, "content-encoding"u8) is { Length: > 0 } encoding)
        {
            body = BodyInflater.Inflate(body, encoding, options.MaxInflatedBytes);
        }

        if (request.FindHeader(payload.Span, "content-type"u8) is { } contentType)
        {
            ReadOnlySpan<char> type = contentType.AsSpan().TrimStart();
            if (type.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
            {
                return ReadForm(body, contentType.TrimStart(), requestId);
            }

            if (type.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase))
            {
                body = PlainText.Protect(body);
            }
        }

        return ReadInstances(body, requestId) is { } instances
            ? new HttpInputs(default, instances)
            : new HttpInputs(InputEnvelope.Read(body, options.ReferencesOrNull, allowsBareUri: false), null);
    }

    private HttpInputs ReadForm(ReadOnlyMemory<byte> body, string contentType, string requestId)
    {
        if (!contentType.StartsWith(MultipartForm.MediaType, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidInputException(
                InvalidInputKind.UnsupportedFormat, $"The Content-Type is multipart, but not {MultipartForm.MediaType}. {Expected}");
        }

        var files = new List<ReadOnlyMemory<byte>>();
        bool hasEmptyFile = false;
        foreach (FormPart part in MultipartForm.Read(body, MultipartForm.ReadBoundary(contentType)))
        {
            if (part.IsFile && part.Content.IsEmpty)
            {
                hasEmptyFile = true;
            }
            else if (part.IsFile)
            {
                files.Add(part.IsBase64 ? EncodedContent.Decode(part.Content.Span) : part.Content);
            }
            else if (EncodedContent.IsFile(part.Content.Span))
            {
                files.Add(EncodedContent.Decode(part.Content.Span));
            }
        }

        if (files.Count == 0)
        {
            throw new InvalidInputException(hasEmptyFile
                ? $"The form's file is empty, or no file was chosen. {Expected}"
                : $"The form contains no file. {Expected}");
        }

        ThrowIfTooMany(files.Count);
        if (files.Count == 1)
        {
            return new HttpInputs(new RecordInput(files[0], null), null);
        }

        var records = new List<BatchRecord>(files.Count);
        foreach (ReadOnlyMemory<byte> file in files)
        {
            records.Add(CreateRecord(requestId, records.Count, file));
        }

        return new HttpInputs(default, records);
    }

    /// <summary>
    /// Reads <c>{"instances":[{"b64":"…"}]}</c>, in which a file may also be one level deeper, as TensorFlow Serving takes it.
    /// </summary>
    /// <returns>The inputs; <see langword="null"/> if the body is something else.</returns>
    private List<BatchRecord>? ReadInstances(ReadOnlyMemory<byte> body, string requestId)
    {
        if (!HasInstances(body.Span))
        {
            return null;
        }

        try
        {
            using JsonDocument document = EventJson.Parse(body);
            JsonElement instances = document.RootElement.GetProperty("instances"u8);
            if (instances.GetArrayLength() == 0 || FindBase64(instances[0]) is null)
            {
                return null;
            }

            ThrowIfTooMany(instances.GetArrayLength());
            var records = new List<BatchRecord>(instances.GetArrayLength());
            foreach (JsonElement instance in instances.EnumerateArray())
            {
                records.Add(ReadInstance(requestId, records.Count, instance));
            }

            return records;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException)
        {
            // The pipeline reports what is wrong with the body.
            return null;
        }
    }

    private static BatchRecord ReadInstance(string requestId, int index, JsonElement instance)
    {
        try
        {
            return FindBase64(instance) is { } base64
                ? CreateRecord(requestId, index, EncodedContent.Decode(base64))
                : throw new InvalidInputException("The instance has no file. Expected: {\"b64\":\"…\"} with the file in base64.");
        }
        catch (InvalidInputException exception)
        {
            return CreateRecord(requestId, index, default) with { Error = exception };
        }
    }

    private static JsonElement? FindBase64(JsonElement instance)
    {
        if (instance.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (EventJson.FindMember(instance, "b64") is { ValueKind: JsonValueKind.String } direct)
        {
            return direct;
        }

        foreach (JsonProperty member in instance.EnumerateObject())
        {
            if (EventJson.FindMember(member.Value, "b64") is { ValueKind: JsonValueKind.String } nested)
            {
                return nested;
            }
        }

        return null;
    }

    private static bool HasInstances(ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> text = body.Trim(" \t\r\n"u8);
        if (text is not [(byte)'{', .., (byte)'}'] || text.IndexOf("\"instances\""u8) < 0)
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(text, EventJson.ReaderOptions);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isInstances = reader.ValueTextEquals("instances"u8);
                reader.Read();
                if (isInstances)
                {
                    return reader.TokenType == JsonTokenType.StartArray;
                }

                reader.Skip();
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The pipeline reports what is wrong with the body.
        }

        return false;
    }

    private static BatchRecord CreateRecord(string requestId, int index, ReadOnlyMemory<byte> content) =>
        new("http", string.Create(CultureInfo.InvariantCulture, $"{requestId}-{index}"), null, new RecordInput(content, null), null);

    private void ThrowIfTooMany(int count)
    {
        if (count > options.MaxInputs)
        {
            throw new InvalidInputException(
                InvalidInputKind.TooLarge,
                $"The request has {count} inputs; at most {options.MaxInputs} are allowed. Send several requests.");
        }
    }
}
