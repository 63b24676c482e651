using System.Globalization;
using System.Text;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Runtime;

/// <summary>
/// Writes the requests of one polling loop to the Runtime API. A request's HTTP/1.1 head is written directly in front of its body, into the
/// room that the body's buffer has for it.
/// </summary>
internal sealed class RuntimeApiRequests
{
    private const int MaxRequestIdLength = 128;
    private const int MaxErrorTypeLength = 128;

    private readonly RuntimeApiEndpoint _endpoint;
    private readonly byte[] _head;

    public RuntimeApiRequests(RuntimeApiEndpoint endpoint)
    {
        _endpoint = endpoint;
        _head = new byte[HeadRoom(endpoint)];
    }

    /// <summary>Returns the maximum length of a request's head.</summary>
    public static int HeadRoom(RuntimeApiEndpoint endpoint) => 256 + MaxRequestIdLength + MaxErrorTypeLength + endpoint.HostHeader.Length;

    /// <summary>Returns whether a text is a valid request ID. The ID becomes a part of the path of the response's request.</summary>
    public static bool IsRequestId(string text) => text.Length is > 0 and <= MaxRequestIdLength && IsToken(text);

    /// <summary>Creates a request without a body.</summary>
    public byte[] Get(string path) =>
        Encoding.ASCII.GetBytes("GET /" + RuntimeApiEndpoint.Version + path + " HTTP/1.1\r\nHost: " + _endpoint + "\r\n\r\n");

    /// <summary>Creates the request that sends the response to an event, in the response's buffer.</summary>
    public ReadOnlyMemory<byte> Response(string requestId, ResponseBuffer response) =>
        Post("/runtime/invocation/"u8, requestId, "/response"u8, errorType: null, response);

    /// <summary>Creates the request that sends the error of an event, in the error's buffer.</summary>
    public ReadOnlyMemory<byte> Error(string requestId, string errorType, ResponseBuffer error) =>
        Post("/runtime/invocation/"u8, requestId, "/error"u8, errorType, error);

    /// <summary>
    /// Creates the request that reports a failed initialization, or a failed restore from a snapshot, in the error's buffer.
    /// </summary>
    public ReadOnlyMemory<byte> InitializationError(string errorType, ResponseBuffer error, bool restored) =>
        Post(restored ? "/runtime/restore/error"u8 : "/runtime/init/error"u8, string.Empty, default, errorType, error);

    private ReadOnlyMemory<byte> Post(
        ReadOnlySpan<byte> before, string requestId, ReadOnlySpan<byte> after, string? errorType, ResponseBuffer body)
    {
        int at = 0;
        Append("POST /"u8, ref at);
        Append(RuntimeApiEndpoint.Version, ref at);
        Append(before, ref at);
        Append(requestId, ref at);
        Append(after, ref at);
        Append(" HTTP/1.1\r\n"u8, ref at);
        Append(_endpoint.HostHeader, ref at);
        if (errorType is not null)
        {
            Append("Lambda-Runtime-Function-Error-Type: "u8, ref at);
            Append(IsToken(errorType) && errorType.Length <= MaxErrorTypeLength ? errorType : "Exception", ref at);
            Append("\r\n"u8, ref at);
        }

        Append("Content-Type: application/json\r\nContent-Length: "u8, ref at);
        body.Length.TryFormat(_head.AsSpan(at), out int digits, default, CultureInfo.InvariantCulture);
        at += digits;
        Append("\r\n\r\n"u8, ref at);
        return body.WithHead(_head.AsSpan(0, at));
    }

    private void Append(ReadOnlySpan<byte> bytes, ref int at)
    {
        bytes.CopyTo(_head.AsSpan(at));
        at += bytes.Length;
    }

    private void Append(string text, ref int at) => at += Encoding.ASCII.GetBytes(text, _head.AsSpan(at));

    // Text that becomes a part of a request's head must not end its line or its path.
    private static bool IsToken(string text)
    {
        foreach (char character in text)
        {
            if (character is <= ' ' or > '~' or '/' or '?' or '#')
            {
                return false;
            }
        }

        return true;
    }
}
