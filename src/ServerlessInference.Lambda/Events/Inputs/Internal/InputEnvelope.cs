using System.Text;
using System.Text.Json;
using ServerlessInference.Results;
using ServerlessInference.S3;

namespace ServerlessInference.Lambda;

/// <summary>
/// Reads inputs that a sender wrapped into JSON: <c>{"base64":"…"}</c>, <c>{"s3":"s3://bucket/key"}</c>, <c>{"bucket":"…","key":"…","versionId":"…"}</c>, <c>{"url":"https://…"}</c>.
/// Whatever else it is, and references that are not allowed at all, are inputs themselves.
/// </summary>
internal static class InputEnvelope
{
    private const int LongestBareReference = 2048;

    /// <summary>Reads a body of a request or a message.</summary>
    /// <param name="body">The body.</param>
    /// <param name="options">What may be named; <see langword="null"/> for nothing.</param>
    /// <param name="bareText">Whether a body that is nothing but a URI names an input too.</param>
    /// <exception cref="InvalidInputException">It names something that may not be named, or damaged base64.</exception>
    public static RecordInput Read(ReadOnlyMemory<byte> body, ReferenceOptions? options, bool bareText)
    {
        ReadOnlySpan<byte> text = body.Span.Trim(" \t\r\n"u8);
        if (bareText && text.Length < LongestBareReference
            && ((options is { AllowsObjects: true } && text.StartsWith("s3://"u8)) || (options is { Https: true } && text.StartsWith("https://"u8))))
        {
            string uri = Encoding.UTF8.GetString(text);
            return new RecordInput(default, uri[0] == 's' ? Object(uri, options) : Url(uri, options));
        }

        if (!IsWrapped(text))
        {
            return new RecordInput(body, null);
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return Read(document.RootElement.EnumerateObject(), options) ?? new RecordInput(body, null);
        }
        catch (JsonException)
        {
            // No JSON after all: what it is, the pipeline knows better.
            return new RecordInput(body, null);
        }
    }

    /// <summary>Checks that an object may be named.</summary>
    /// <exception cref="InvalidInputException">It may not.</exception>
    public static RecordInput ReadObject(ObjectReference item, ReferenceOptions options) => new(default, Object(item, options));

    /// <summary>Reads the members of an object that may wrap an input.</summary>
    /// <returns>The input; <see langword="null"/> where the object is none of the known ones.</returns>
    /// <exception cref="InvalidInputException">It names something that may not be named, or damaged base64, or holds a text that is none.</exception>
    public static RecordInput? Read(IEnumerable<JsonProperty> wrapper, ReferenceOptions? options)
    {
        string? base64 = null, s3 = null, url = null, bucket = null, key = null, version = null;
        foreach (JsonProperty member in wrapper)
        {
            string name = EventJson.Name(member);
            string? value = member.Value.ValueKind == JsonValueKind.String ? EventJson.Text(member.Value) : null;
            if (value is null && !(name == "versionId" && member.Value.ValueKind == JsonValueKind.Null))
            {
                return null;
            }

            switch (name)
            {
                case "base64":
                    base64 = value;
                    break;
                case "s3":
                    s3 = value;
                    break;
                case "url":
                    url = value;
                    break;
                case "bucket":
                    bucket = value;
                    break;
                case "key":
                    key = value;
                    break;
                case "versionId":
                    version = value;
                    break;
                default:
                    return null;
            }
        }

        return (base64, s3, url, bucket, key, version) switch
        {
            ({ } text, null, null, null, null, null) => new RecordInput(Bytes(text), null),
            (null, { } uri, null, null, null, null) when options is { AllowsObjects: true } => new RecordInput(default, Object(uri, options)),
            (null, null, { } uri, null, null, null) when options is { Https: true } => new RecordInput(default, Url(uri, options)),
            (null, null, null, { } owner, { } item, _) when options is { AllowsObjects: true } => new RecordInput(default, Object(new ObjectReference(owner, item, version), options)),
            _ => null,
        };
    }

    private static byte[] Bytes(string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            throw new InvalidInputException("The input's base64 is damaged.");
        }
    }

    private static InputReference Object(string uri, ReferenceOptions options)
    {
        try
        {
            S3Uri parsed = S3Uri.Parse(uri);
            return parsed.IsFolder || parsed.Fragment.Length > 0
                ? throw new InvalidInputException("The input's S3 URI names no object; one looks like s3://bucket/key or s3://bucket/key?versionId=….")
                : Object(new ObjectReference(parsed.Bucket, parsed.Key, parsed.VersionId), options);
        }
        catch (ArgumentException)
        {
            throw new InvalidInputException("The input's S3 URI is none; one looks like s3://bucket/key or s3://bucket/key?versionId=….");
        }
    }

    private static InputReference Object(ObjectReference item, ReferenceOptions options) => options.Allows(item.Bucket, item.Key)
        ? new InputReference(item, null)
        : throw new InvalidInputException(
            InvalidInputKind.Unprocessable, $"The object {item} may not be named here. The function's References.Buckets say which may.");

    private static InputReference Url(string uri, ReferenceOptions options)
    {
        if (!Uri.TryCreate(uri, UriKind.Absolute, out Uri? url) || url.Scheme != Uri.UriSchemeHttps || url.UserInfo.Length > 0)
        {
            throw new InvalidInputException("The input's URL is none, or not https, or holds a password.");
        }

        return options.Allows(url)
            ? new InputReference(null, url)
            : throw new InvalidInputException(InvalidInputKind.Unprocessable, "The input's web server may not be named here. The function's References.Hosts say which may.");
    }

    // The first member's name tells, so that JSON inputs of models are not parsed twice.
    private static bool IsWrapped(ReadOnlySpan<byte> text)
    {
        if (text is not [(byte)'{', .., (byte)'}'])
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(text);
            return reader.Read() && reader.Read() && reader.TokenType == JsonTokenType.PropertyName
                && (reader.ValueTextEquals("base64"u8) || reader.ValueTextEquals("s3"u8) || reader.ValueTextEquals("url"u8)
                    || reader.ValueTextEquals("bucket"u8) || reader.ValueTextEquals("key"u8) || reader.ValueTextEquals("versionId"u8));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
