using System.Text;
using System.Text.Json;
using ServerlessInference.Results;
using ServerlessInference.S3;

namespace ServerlessInference.Lambda.Events.Inputs;

/// <summary>
/// Reads inputs that a sender has wrapped: in JSON (<c>{"base64":"…"}</c>, <c>{"image":"…"}</c>, <c>{"s3":"s3://bucket/key"}</c>,
/// <c>{"bucket":"…","key":"…","versionId":"…"}</c>, <c>{"url":"https://…"}</c>), in a data URL, or in base64.
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

        if (text is [(byte)'"', .., (byte)'"'] ? EncodedContent.IsFile(text[1..^1]) : IsWrapped(text))
        {
            return ReadJson(body, options);
        }

        return new RecordInput(EncodedContent.IsFile(text) ? EncodedContent.Decode(text) : body, null);
    }

    /// <summary>Checks that an object may be named.</summary>
    /// <exception cref="InvalidInputException">The object is not allowed.</exception>
    public static RecordInput ReadObject(ObjectReference item, ReferenceOptions options) => new(default, CheckObject(item, options));

    /// <summary>Reads the members of a JSON object that may wrap an input.</summary>
    /// <param name="wrapper">The object.</param>
    /// <param name="options">The references that are allowed; <see langword="null"/> for none.</param>
    /// <param name="isWrapper">
    /// Whether the object can only be a wrapper. If it may also be an input of a model, an object with other members than those of a
    /// reference is not a reference.
    /// </param>
    /// <returns>The input; <see langword="null"/> if the members are not those of a wrapped input.</returns>
    /// <exception cref="InvalidInputException">A reference is not allowed, or a member contains invalid base64 or invalid text.</exception>
    public static RecordInput? Read(JsonElement wrapper, ReferenceOptions? options, bool isWrapper)
    {
        JsonElement? content = null;
        string? s3 = null, url = null, bucket = null, key = null, version = null;
        bool hasOthers = false;
        int contents = 0;
        foreach (JsonProperty member in wrapper.EnumerateObject())
        {
            string name = EventJson.ReadName(member);
            bool isText = member.Value.ValueKind == JsonValueKind.String;
            if (isText && (name == "base64" || (IsFileMember(name) && EncodedContent.IsFile(member.Value))))
            {
                content = member.Value;
                contents++;
                continue;
            }

            string? value = isText ? EventJson.ReadText(member.Value) : null;
            switch (name)
            {
                case "s3" when isText:
                    s3 = value;
                    break;
                case "url" when isText:
                    url = value;
                    break;
                case "bucket" when isText:
                    bucket = value;
                    break;
                case "key" when isText:
                    key = value;
                    break;
                case "versionId" when isText || member.Value.ValueKind == JsonValueKind.Null:
                    version = string.IsNullOrEmpty(value) ? null : value;
                    break;
                default:
                    hasOthers = true;
                    break;
            }
        }

        if (contents > 0)
        {
            return contents == 1 && (s3, url, bucket, key, version) is (null, null, null, null, null)
                ? new RecordInput(EncodedContent.Decode(content!.Value), null)
                : null;
        }

        return hasOthers && !isWrapper ? null : ReadReference(s3, url, bucket, key, version, options);
    }

    private static RecordInput? ReadReference(
        string? s3, string? url, string? bucket, string? key, string? version, ReferenceOptions? options) =>
        (s3, url, bucket, key, version) switch
        {
            ({ } uri, null, null, null, null) when options is { AllowsObjects: true } => new RecordInput(default, ReadS3Uri(uri, options)),
            (null, { } uri, null, null, null) when options is { Https: true } => new RecordInput(default, ReadUrl(uri, options)),
            (null, null, { } owner, { } item, _) when options is { AllowsObjects: true } =>
                ReadObject(new ObjectReference(owner, item, version), options),
            _ => null,
        };

    private static RecordInput ReadJson(ReadOnlyMemory<byte> body, ReferenceOptions? options)
    {
        try
        {
            using JsonDocument document = EventJson.Parse(body);
            JsonElement root = document.RootElement;
            RecordInput? input = root.ValueKind == JsonValueKind.String
                ? new RecordInput(EncodedContent.Decode(root), null)
                : Read(root, options, isWrapper: false);
            return input ?? new RecordInput(body, null);
        }
        catch (JsonException)
        {
            // The body is not JSON. It is passed on as it is; the pipeline reports what is wrong with it.
            return new RecordInput(body, null);
        }
    }

    // Names under which web pages and client libraries send a file. A text model may use them as well, so the value decides.
    private static bool IsFileMember(string name) => name is "image" or "file" or "data" or "b64";

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
            "The object that the input names may not be named here. The function's References.Buckets lists what may be named.");

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

    /// <summary>
    /// Returns whether a JSON object has a member that may wrap an input. Nothing is allocated, and JSON inputs of models are not parsed
    /// into a document.
    /// </summary>
    private static bool IsWrapped(ReadOnlySpan<byte> text)
    {
        if (text is not [(byte)'{', .., (byte)'}'])
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(text, EventJson.ReaderOptions);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isWrapper = reader.ValueTextEquals("base64"u8) || reader.ValueTextEquals("image"u8)
                    || reader.ValueTextEquals("file"u8) || reader.ValueTextEquals("data"u8) || reader.ValueTextEquals("b64"u8)
                    || reader.ValueTextEquals("s3"u8) || reader.ValueTextEquals("url"u8) || reader.ValueTextEquals("bucket"u8);
                reader.Read();
                if (isWrapper && reader.TokenType == JsonTokenType.String)
                {
                    return true;
                }

                reader.Skip();
            }

            return false;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
