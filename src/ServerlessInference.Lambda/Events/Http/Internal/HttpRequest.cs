using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace ServerlessInference.Lambda.Events.Http;

/// <summary>
/// The parts of an HTTP request that the function needs, read from an event of any of the services that send HTTP requests.
/// </summary>
internal struct HttpRequest
{
    private const string DefaultStage = "$default";

    private string? _stage;
    private int _headersStart;
    private int _bodyStart;
    private int _bodyLength;
    private bool _isBodyEscaped;
    private bool _isBodyBase64;
    private bool _withOrigin;
    private bool _hasHeaders;
    private bool _hasMultiValueHeaders;

    public string Method { get; private set; }

    /// <summary>Gets the path without the stage in front of it.</summary>
    public string Path { get; private set; }

    /// <summary>
    /// Gets the path as it is in the event. REST APIs send it without the stage, so a path that begins like the stage may be meant as it
    /// is.
    /// </summary>
    public string FullPath { get; private set; }

    /// <summary>
    /// Gets a value indicating whether the event has its headers as lists of values only. A load balancer that sends them so expects the
    /// same of the answer.
    /// </summary>
    public readonly bool HasOnlyMultiValueHeaders => _hasMultiValueHeaders && !_hasHeaders;

    /// <summary>Gets a value indicating whether the event declares its body as base64, rather than as text.</summary>
    public readonly bool IsBodyBase64 => _isBodyBase64;

    /// <summary>Gets the header <c>Origin</c>, if a browser sent it and it was to be read.</summary>
    public string? Origin { get; private set; }

    /// <summary>Reads an event. The body is located, but not decoded.</summary>
    /// <param name="payload">The event.</param>
    /// <param name="withOrigin">Whether to read the header <c>Origin</c>.</param>
    /// <exception cref="InvalidInputException">The event is not a valid HTTP event.</exception>
    public static HttpRequest Read(ReadOnlySpan<byte> payload, bool withOrigin = false)
    {
        try
        {
            var request = new HttpRequest { Method = string.Empty, Path = string.Empty, FullPath = string.Empty, _withOrigin = withOrigin };
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
            throw new InvalidInputException(
                "The HTTP event is damaged. Expected: a JSON object as API Gateway, a function URL or a load balancer sends it.");
        }
    }

    /// <summary>Returns the body's bytes. Escapes and base64 are decoded in place, so that a large body is not copied.</summary>
    /// <exception cref="InvalidInputException">The body is not valid base64, although the event declares it as base64.</exception>
    public readonly ReadOnlyMemory<byte> DecodeBody(Memory<byte> payload)
    {
        Memory<byte> body = payload.Slice(_bodyStart, _bodyLength);
        if (_isBodyEscaped)
        {
            int unescaped = JsonEscapes.UnescapeInPlace(body.Span);
            body = unescaped >= 0 ? body[..unescaped] : throw new InvalidInputException("The event's body has an invalid escape sequence.");
        }

        if (!_isBodyBase64)
        {
            return body;
        }

        return Base64.DecodeFromUtf8InPlace(body.Span, out int written) == OperationStatus.Done
            ? body[..written]
            : throw new InvalidInputException("The event declares its body as base64, but it is not valid base64.");
    }

    /// <summary>Finds a header. Most requests need none, so none is read before it is asked for.</summary>
    /// <param name="payload">The event.</param>
    /// <param name="name">The header's name, in any case.</param>
    /// <returns>The header's first value; <see langword="null"/> if there is none.</returns>
    /// <exception cref="InvalidInputException">The headers contain invalid text.</exception>
    public readonly string? FindHeader(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> name)
    {
        if (_headersStart == 0)
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(payload[_headersStart..]);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (Ascii.EqualsIgnoreCase(reader.ValueSpan, name))
                {
                    reader.Read();
                    _ = reader.TokenType == JsonTokenType.StartArray && reader.Read();
                    return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                }

                reader.Skip();
            }

            return null;
        }
        catch (InvalidOperationException)
        {
            throw EventJson.InvalidText();
        }
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
                _isBodyEscaped = reader.ValueIsEscaped;
            }
        }
        else if (reader.ValueTextEquals("isBase64Encoded"u8))
        {
            reader.Read();
            _isBodyBase64 = reader.TokenType == JsonTokenType.True;
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
            _hasHeaders = ReadHeaders(ref reader);
        }
        else if (reader.ValueTextEquals("multiValueHeaders"u8))
        {
            _hasMultiValueHeaders = ReadHeaders(ref reader);
        }
        else if (reader.ValueTextEquals("requestContext"u8))
        {
            reader.Read();
            ReadContext(ref reader);
        }

        reader.Skip();
    }

    /// <summary>Looks for the origin among the headers, if it is wanted.</summary>
    /// <returns>Whether there are headers.</returns>
    private bool ReadHeaders(ref Utf8JsonReader reader)
    {
        reader.Read();
        bool exist = reader.TokenType == JsonTokenType.StartObject;
        if (exist && _headersStart == 0)
        {
            _headersStart = (int)reader.TokenStartIndex;
        }

        if (!exist || !_withOrigin)
        {
            return exist;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // API Gateway's REST APIs keep the upper and lower case of the client.
            if (Ascii.EqualsIgnoreCase(reader.ValueSpan, "origin"u8))
            {
                reader.Read();
                bool isList = reader.TokenType == JsonTokenType.StartArray && reader.Read();
                Origin = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                while (isList && reader.TokenType != JsonTokenType.EndArray && reader.Read())
                {
                    reader.Skip();
                }
            }

            reader.Skip();
        }

        return true;
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

    // The usual methods do not allocate a string for each request.
    private static string ReadMethod(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("POST"u8) ? "POST" : reader.ValueTextEquals("GET"u8) ? "GET" : reader.GetString() ?? string.Empty;

    private void RemoveStage()
    {
        FullPath = Path;
        if (_stage is not { Length: > 0 } stage || stage == DefaultStage || Path.Length <= stage.Length)
        {
            return;
        }

        bool beginsWithStage = Path.AsSpan(1).StartsWith(stage, StringComparison.Ordinal)
            && (Path.Length == stage.Length + 1 || Path[stage.Length + 1] == '/');
        if (beginsWithStage)
        {
            Path = Path[(stage.Length + 1)..];
        }
    }
}
