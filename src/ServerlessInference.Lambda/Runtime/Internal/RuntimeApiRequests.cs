using System.Globalization;
using System.Text;

namespace ServerlessInference.Lambda;

/// <summary>Writes the requests of one polling loop to the Runtime API: heads of HTTP/1.1, in front of bodies that are there already.</summary>
internal sealed class RuntimeApiRequests
{
    private const int LongestRequestId = 128;
    private const int LongestErrorType = 128;

    private readonly RuntimeApiEndpoint _endpoint;
    private readonly byte[] _head;

    public RuntimeApiRequests(RuntimeApiEndpoint endpoint)
    {
        _endpoint = endpoint;
        _head = new byte[HeadRoom(endpoint)];
    }

    /// <summary>The room that a request's head needs at most.</summary>
    public static int HeadRoom(RuntimeApiEndpoint endpoint) => 256 + LongestRequestId + LongestErrorType + endpoint.HostHeader.Length;

    /// <summary>Tells whether a text is a request's id: it goes into the head of the answer.</summary>
    public static bool IsRequestId(string text) => text.Length is > 0 and <= LongestRequestId && IsToken(text);

    /// <summary>Makes a request without a body.</summary>
    public byte[] Get(string path) => Encoding.ASCII.GetBytes("GET /" + RuntimeApiEndpoint.Version + path + " HTTP/1.1\r\nHost: " + _endpoint + "\r\n\r\n");

    /// <summary>Makes the answer to an event, in the response's own buffer.</summary>
    public ReadOnlyMemory<byte> Response(string requestId, ResponseBuffer response) =>
        Post("/runtime/invocation/"u8, requestId, "/response"u8, errorType: null, response);

    /// <summary>Makes the error of an event, in the error's own buffer.</summary>
    public ReadOnlyMemory<byte> Error(string requestId, string errorType, ResponseBuffer error) =>
        Post("/runtime/invocation/"u8, requestId, "/error"u8, errorType, error);

    /// <summary>Makes the error of the start, or of waking up from a snapshot, in the error's own buffer.</summary>
    public ReadOnlyMemory<byte> InitializationError(string errorType, ResponseBuffer error, bool restored) =>
        Post(restored ? "/runtime/restore/error"u8 : "/runtime/init/error"u8, string.Empty, default, errorType, error);

    private ReadOnlyMemory<byte> Post(ReadOnlySpan<byte> before, string requestId, ReadOnlySpan<byte> after, string? errorType, ResponseBuffer body)
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
            Append(IsToken(errorType) && errorType.Length <= LongestErrorType ? errorType : "Exception", ref at);
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

    // What goes into a request's head must not end its line or path.
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
