using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace ServerlessInference.Lambda;

/// <summary>What matters of an HTTP request inside an event, whichever of the services sent it.</summary>
internal struct HttpRequest
{
    private const string DefaultStage = "$default";

    private string? _stage;
    private int _bodyStart;
    private int _bodyLength;
    private bool _bodyEscaped;
    private bool _base64;
    private bool _withOrigin;
    private bool _hasHeaders;
    private bool _hasLists;

    public string Method { get; private set; }

    /// <summary>Gets the path without the stage in front of it.</summary>
    public string Path { get; private set; }

    /// <summary>Gets the path as it came: of a REST API it has no stage, and may all the same begin as if it had.</summary>
    public string WholePath { get; private set; }

    /// <summary>Gets a value indicating whether headers come as lists of values alone, from a load balancer that wants the answer's in the same way.</summary>
    public readonly bool HasListsOnly => _hasLists && !_hasHeaders;

    /// <summary>Gets the page's origin, where a browser sent it and it was asked for.</summary>
    public string? Origin { get; private set; }

    /// <summary>Reads an event. The body is only located.</summary>
    /// <param name="payload">The event.</param>
    /// <param name="withOrigin">Whether to look for the header <c>Origin</c>.</param>
    /// <exception cref="InvalidInputException">It is no event of its kind.</exception>
    public static HttpRequest Read(ReadOnlySpan<byte> payload, bool withOrigin = false)
    {
        try
        {
            var request = new HttpRequest { Method = string.Empty, Path = string.Empty, WholePath = string.Empty, _withOrigin = withOrigin };
            var reader = new Utf8JsonReader(payload);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                request.ReadMember(ref reader);
            }

            request.RemoveStage();
            return request;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InvalidInputException("The HTTP event is damaged: it is no JSON object as API Gateway, a function URL or a load balancer sends it.");
        }
    }

    /// <summary>Gives the body's bytes. Escapes and base64 are decoded where they stand, so that a large body is not copied.</summary>
    /// <exception cref="InvalidInputException">It is no base64 although the event says so.</exception>
    public readonly ReadOnlyMemory<byte> DecodeBody(Memory<byte> payload)
    {
        Memory<byte> body = payload.Slice(_bodyStart, _bodyLength);
        if (_bodyEscaped)
        {
            int unescaped = JsonEscapes.UnescapeInPlace(body.Span);
            body = unescaped >= 0 ? body[..unescaped] : throw new InvalidInputException("The event's body has a damaged escape sequence.");
        }

        if (!_base64)
        {
            return body;
        }

        return Base64.DecodeFromUtf8InPlace(body.Span, out int written) == OperationStatus.Done
            ? body[..written]
            : throw new InvalidInputException("The event says that its body is base64, but it is not.");
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("body"u8))
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                _bodyStart = (int)reader.TokenStartIndex + 1;
                _bodyLength = reader.ValueSpan.Length;
                _bodyEscaped = reader.ValueIsEscaped;
            }
        }
        else if (reader.ValueTextEquals("isBase64Encoded"u8))
        {
            reader.Read();
            _base64 = reader.TokenType == JsonTokenType.True;
        }
        else if (reader.ValueTextEquals("rawPath"u8) || reader.ValueTextEquals("path"u8))
        {
            reader.Read();
            Path = reader.GetString() ?? string.Empty;
        }
        else if (reader.ValueTextEquals("httpMethod"u8))
        {
            reader.Read();
            Method = ReadMethod(ref reader);
        }
        else if (reader.ValueTextEquals("headers"u8))
        {
            reader.Read();
            _hasHeaders = reader.TokenType == JsonTokenType.StartObject;
            if (_withOrigin)
            {
                ReadHeaders(ref reader);
            }
        }
        else if (reader.ValueTextEquals("multiValueHeaders"u8))
        {
            reader.Read();
            _hasLists = reader.TokenType == JsonTokenType.StartObject;
            if (_withOrigin)
            {
                ReadHeaders(ref reader);
            }
        }
        else if (reader.ValueTextEquals("requestContext"u8))
        {
            reader.Read();
            ReadContext(ref reader);
        }

        reader.Skip();
    }

    private void ReadHeaders(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // API Gateway's REST API keeps the case that the client used.
            if (System.Text.Ascii.EqualsIgnoreCase(reader.ValueSpan, "origin"u8))
            {
                reader.Read();
                bool list = reader.TokenType == JsonTokenType.StartArray && reader.Read();
                Origin = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                while (list && reader.TokenType != JsonTokenType.EndArray && reader.Read())
                {
                    reader.Skip();
                }
            }

            reader.Skip();
        }
    }

    private void ReadContext(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("stage"u8))
            {
                reader.Read();
                _stage = reader.GetString();
            }
            else if (reader.ValueTextEquals("http"u8))
            {
                reader.Read();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    if (reader.ValueTextEquals("method"u8))
                    {
                        reader.Read();
                        Method = ReadMethod(ref reader);
                    }

                    reader.Skip();
                }
            }

            reader.Skip();
        }
    }

    // The usual ones without a new text each time.
    private static string ReadMethod(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("POST"u8) ? "POST" : reader.ValueTextEquals("GET"u8) ? "GET" : reader.GetString() ?? string.Empty;

    private void RemoveStage()
    {
        WholePath = Path;
        if (_stage is { Length: > 0 } stage && stage != DefaultStage && Path.Length > stage.Length
            && Path.AsSpan(1).StartsWith(stage, StringComparison.Ordinal) && (Path.Length == stage.Length + 1 || Path[stage.Length + 1] == '/'))
        {
            Path = Path[(stage.Length + 1)..];
        }
    }
}
