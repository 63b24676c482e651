using System.Text;
using System.Text.Json;
using ServerlessInference.Results;
using ServerlessInference.S3;

namespace ServerlessInference.Lambda.Events.Inputs;

/// <summary>
/// Reads inputs that a sender has wrapped in JSON: <c>{"base64":"…"}</c>, <c>{"s3":"s3://bucket/key"}</c>,
/// <c>{"bucket":"…","key":"…","versionId":"…"}</c>, <c>{"url":"https://…"}</c>.
/// </summary>
/// <remarks>Everything else is an input itself, as is a reference of a kind that the function does not allow at all.</remarks>
internal static class InputEnvelope
{
    private const int MaxBareUriLength = 2048;

    /// <summary>Reads the body of a request or a message.</summary>
    /// <param name="body">The body.</param>
    /// <param name="options">The references that are allowed; <see langword="null"/> for none.</param>
    /// <param name="allowsBareUri">Whether a body that consists of a URI only names an input as well.</param>
    /// <exception cref="InvalidInputException">The body contains a reference that is not allowed, or invalid base64.</exception>
    public static RecordInput Read(ReadOnlyMemory<byte> body, ReferenceOptions? options, bool allowsBareUri)
    {
        ReadOnlySpan<byte> text = body.Span.Trim(" \t\r\n"u8);
        if (allowsBareUri && options is not null && text.Length < MaxBareUriLength)
        {
            if (options.AllowsObjects && text.StartsWith("s3://"u8))
            {
                return new RecordInput(default, ReadS3Uri(Encoding.UTF8.GetString(text), options));
            }

            if (options.Https && text.StartsWith("https://"u8))
            {
                return new RecordInput(default, ReadUrl(Encoding.UTF8.GetString(text), options));
            }
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
            // The body is not JSON. It is passed on as it is; the pipeline reports what is wrong with it.
            return new RecordInput(body, null);
        }
    }

    /// <summary>Checks that an object may be named.</summary>
    /// <exception cref="InvalidInputException">The object is not allowed.</exception>
    public static RecordInput ReadObject(ObjectReference item, ReferenceOptions options) => new(default, CheckObject(item, options));

    /// <summary>Reads the members of a JSON object that may wrap an input.</summary>
    /// <returns>The input; <see langword="null"/> if the members are not those of a wrapped input.</returns>
    /// <exception cref="InvalidInputException">A reference is not allowed, or a member contains invalid base64 or invalid text.</exception>
    public static RecordInput? Read(IEnumerable<JsonProperty> wrapper, ReferenceOptions? options)
    {
        string? base64 = null, s3 = null, url = null, bucket = null, key = null, version = null;
        foreach (JsonProperty member in wrapper)
        {
            string name = EventJson.ReadName(member);
            string? value = member.Value.ValueKind == JsonValueKind.String ? EventJson.ReadText(member.Value) : null;
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
            ({ } text, null, null, null, null, null) => new RecordInput(DecodeBase64(text), null),
            (null, { } uri, null, null, null, null) when options is { AllowsObjects: true } =>
                new RecordInput(default, ReadS3Uri(uri, options)),
            (null, null, { } uri, null, null, null) when options is { Https: true } => new RecordInput(default, ReadUrl(uri, options)),
            (null, null, null, { } owner, { } item, _) when options is { AllowsObjects: true } =>
                ReadObject(new ObjectReference(owner, item, version), options),
            _ => null,
        };
    }

    private static byte[] DecodeBase64(string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            throw new InvalidInputException("The input is not valid base64.");
        }
    }

    private static InputReference ReadS3Uri(string uri, ReferenceOptions options)
    {
        const string Expected = "Expected: s3://bucket/key or s3://bucket/key?versionId=….";
        try
        {
            S3Uri parsed = S3Uri.Parse(uri);
            return parsed.IsFolder || parsed.Fragment.Length > 0
                ? throw new InvalidInputException($"The input's S3 URI does not name an object. {Expected}")
                : CheckObject(new ObjectReference(parsed.Bucket, parsed.Key, parsed.VersionId), options);
        }
        catch (ArgumentException)
        {
            throw new InvalidInputException($"The input's reference is not a valid S3 URI. {Expected}");
        }
    }

    private static InputReference CheckObject(ObjectReference item, ReferenceOptions options) => options.Allows(item.Bucket, item.Key)
        ? new InputReference(item, null)
        : throw new InvalidInputException(
            InvalidInputKind.Unprocessable,
            $"The object {item} may not be named here. The function's References.Buckets lists what may be named.");

    private static InputReference ReadUrl(string uri, ReferenceOptions options)
    {
        if (!Uri.TryCreate(uri, UriKind.Absolute, out Uri? url) || url.Scheme != Uri.UriSchemeHttps || url.UserInfo.Length > 0)
        {
            throw new InvalidInputException("The input's URL is invalid. Expected: an https URL without a user name and password.");
        }

        return options.Allows(url)
            ? new InputReference(null, url)
            : throw new InvalidInputException(
                InvalidInputKind.Unprocessable,
                "The input's web server may not be named here. The function's References.Hosts lists what may be named.");
    }

    // The name of the first member decides, so that JSON inputs of models are not parsed twice.
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
