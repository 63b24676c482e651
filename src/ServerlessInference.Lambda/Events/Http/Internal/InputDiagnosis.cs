using System.Text;
using System.Text.Json;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Events.Http;

/// <summary>
/// Finds out why a pipeline does not recognise the input of a request, and says what to change. It is only asked about inputs that were
/// refused, so requests that are answered do not pay for it.
/// </summary>
internal static class InputDiagnosis
{
    /// <summary>The number of bytes of a damaged body in which a replacement character is found for certain.</summary>
    private const int MaxSearchedBytes = 4096;

    private const int MaxFileNameLength = 255;

    private static readonly string[] ImageExtensions = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic"];

    /// <summary>Explains why an input of an unsupported format was refused.</summary>
    /// <param name="kind">The kind of the event.</param>
    /// <param name="request">The request.</param>
    /// <param name="payload">The event.</param>
    /// <param name="input">The input that the pipeline refused.</param>
    /// <param name="error">The pipeline's error.</param>
    /// <returns>A more precise error; the pipeline's own if the cause is not known.</returns>
    public static InvalidInputException Explain(
        EventKind kind, in HttpRequest request, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> input, InvalidInputException error)
    {
        string? contentType = request.FindHeader(payload, "content-type"u8);
        ReadOnlySpan<byte> text = input.Trim(" \t\r\n"u8);
        (InvalidInputKind Kind, string Message)? cause =
            FindDamage(kind, request, input) ?? FindCurlMistake(contentType, text) ?? FindWrapper(text) ?? FindAddress(text);
        return cause is { } found ? new InvalidInputException(found.Kind, found.Message, error) : error;
    }

    private static (InvalidInputKind Kind, string Message) Unsupported(string message) => (InvalidInputKind.UnsupportedFormat, message);

    // Text that was converted from bytes of a file has U+FFFD in the place of all bytes that are not UTF-8.
    private static (InvalidInputKind Kind, string Message)? FindDamage(EventKind kind, in HttpRequest request, ReadOnlySpan<byte> input)
    {
        if (request.IsBodyBase64 || input[..Math.Min(input.Length, MaxSearchedBytes)].IndexOf("\uFFFD"u8) < 0)
        {
            return null;
        }

        return Unsupported(kind == EventKind.HttpV1
            ? "The body was damaged on its way: the API passes binary data as text. A REST API needs the request's content type, or */*, " +
              "among its binary media types (BinaryMediaTypes in SAM), and a new deployment. An HTTP API needs a content type other than " +
              "text. Or send the input in JSON: {\"base64\":\"…\"}."
            : "The body was damaged on its way: its Content-Type says that it is text. Send it with another one, such as " +
              "application/octet-stream.");
    }

    private static (InvalidInputKind Kind, string Message)? FindCurlMistake(string? contentType, ReadOnlySpan<byte> text)
    {
        if (text.Length <= MaxFileNameLength && text.IndexOfAny((byte)'\n', (byte)'{') < 0 && HasImageExtension(text))
        {
            return Unsupported("The body is the name of a file, not its content. With curl, write an @ before it: --data-binary @FILE.");
        }

        if (contentType?.Contains("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true)
        {
            return Unsupported(
                "The body was sent as the fields of an HTML form (application/x-www-form-urlencoded), which cannot contain files. " +
                "With curl, use --data-binary @FILE rather than -d @FILE, which removes line breaks, or -F file=@FILE. In a page, set " +
                "enctype=\"multipart/form-data\".");
        }

        return text.StartsWith("<"u8)
            ? Unsupported("The body is an HTML or XML document (or an SVG image). Expected: a file of a format that the model's input has.")
            : null;
    }

    private static bool HasImageExtension(ReadOnlySpan<byte> text)
    {
        string name = Encoding.UTF8.GetString(text);
        return Array.Exists(ImageExtensions, extension => name.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
            && !name.Contains("://", StringComparison.Ordinal);
    }

    private static (InvalidInputKind Kind, string Message)? FindWrapper(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("data:"u8))
        {
            return (InvalidInputKind.Malformed, "The body is a data URL, but its content is not in base64. Expected: data:TYPE;base64,….");
        }

        if (text is not [(byte)'{', .., (byte)'}'])
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text.ToArray());
            return Find(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidInputException)
        {
            return (InvalidInputKind.Malformed, "The body begins like JSON, but is not valid JSON.");
        }
    }

    private static (InvalidInputKind Kind, string Message) Find(JsonElement body)
    {
        bool isReference = IsText(body, "s3") || IsText(body, "url") || (IsText(body, "bucket") && IsText(body, "key"));
        if (isReference)
        {
            return (
                InvalidInputKind.Unprocessable,
                "The body names an input instead of containing it, and this path does not allow such references, or not this one with " +
                "other members. The function allows objects with References.Buckets, and URLs with References.Https, in the options of " +
                "MapHttp.");
        }

        if (IsText(body, "image") || IsText(body, "file") || IsText(body, "data") || IsText(body, "b64"))
        {
            return (
                InvalidInputKind.Malformed,
                "The body is JSON, but its member is neither a data URL (data:image/jpeg;base64,…) nor an image in base64. To send " +
                "another kind of file in base64, call the member base64.");
        }

        return Unsupported(
            "The body is JSON, but the model needs a file. Send the file as the body, or in JSON with one of these members: base64, " +
            "image (base64 or a data URL), or instances ([{\"b64\":\"…\"}]).");
    }

    private static bool IsText(JsonElement body, string name) =>
        EventJson.FindMember(body, name) is { ValueKind: JsonValueKind.String };

    private static (InvalidInputKind Kind, string Message)? FindAddress(ReadOnlySpan<byte> text) =>
        text.StartsWith("s3://"u8) || text.StartsWith("https://"u8) || text.StartsWith("http://"u8)
            ? (InvalidInputKind.Unprocessable,
                "The body is an address, not an input. If the function allows it (References in the options of MapHttp), send " +
                "{\"url\":\"https://…\"} or {\"s3\":\"s3://bucket/key\"}.")
            : null;
}
