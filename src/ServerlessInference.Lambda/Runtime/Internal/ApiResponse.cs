using System.Text;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Runtime;

/// <summary>
/// The head of a response of the Runtime API, with the headers that the function needs. Reused for one response after another.
/// </summary>
/// <remarks>
/// Members are fields rather than properties, because each accessor would be one more method to compile before the first answer.
/// </remarks>
internal sealed class ApiResponse
{
    public int Status;

    /// <summary>The length of the body; -1 if the head does not contain it.</summary>
    public long ContentLength;

    public bool IsChunked;

    /// <summary>Whether the server closes the connection after this response.</summary>
    public bool ClosesConnection;

    public string? RequestId;

    public long DeadlineMs;

    public string? TraceId;

    public string? ClientContext;

    public string? CognitoIdentity;

    public string? TenantId;

    /// <summary>The function's ARN. It rarely changes, so the string is kept until it does.</summary>
    public string FunctionArn = string.Empty;

    /// <summary>Reads a head: the status line and the headers, without the empty line that ends them.</summary>
    public void Read(ReadOnlySpan<byte> head)
    {
        ContentLength = -1;
        DeadlineMs = 0;
        IsChunked = ClosesConnection = false;
        RequestId = TraceId = ClientContext = CognitoIdentity = TenantId = null;

        int end = head.IndexOf("\r\n"u8);
        ReadOnlySpan<byte> line = end < 0 ? head : head[..end];
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || !TryNumber(line.Slice(9, 3), out long status))
        {
            throw new RuntimeApiException(
                "The Runtime API's response does not begin with an HTTP/1.1 status line. Check AWS_LAMBDA_RUNTIME_API.");
        }

        // HTTP/1.0 closes the connection after each response.
        Status = (int)status;
        ClosesConnection = line[7] == (byte)'0';
        while (end >= 0)
        {
            head = head[(end + 2)..];
            end = head.IndexOf("\r\n"u8);
            line = end < 0 ? head : head[..end];
            int colon = line.IndexOf((byte)':');
            if (colon > 0)
            {
                ReadHeader(line[..colon], Trim(line[(colon + 1)..]));
            }
        }
    }

    private void ReadHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> runtime = "Lambda-Runtime-"u8;
        if (name.Length > runtime.Length && Is(name[..runtime.Length], runtime))
        {
            ReadRuntimeHeader(name[runtime.Length..], value);
        }
        else if (Is(name, "Content-Length"u8))
        {
            ContentLength = TryNumber(value, out long length)
                ? length
                : throw new RuntimeApiException("The Runtime API's response has a Content-Length that is not a number.");
        }
        else if (Is(name, "Transfer-Encoding"u8))
        {
            IsChunked = Is(value, "chunked"u8);
        }
        else if (Is(name, "Connection"u8))
        {
            ClosesConnection |= Is(value, "close"u8);
        }
    }

    private void ReadRuntimeHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (Is(name, "Aws-Request-Id"u8))
        {
            RequestId = Encoding.UTF8.GetString(value);
        }
        else if (Is(name, "Deadline-Ms"u8))
        {
            DeadlineMs = TryNumber(value, out long deadline) ? deadline : 0;
        }
        else if (Is(name, "Invoked-Function-Arn"u8))
        {
            if (!Ascii.Equals(value, FunctionArn))
            {
                FunctionArn = Encoding.UTF8.GetString(value);
            }
        }
        else if (Is(name, "Trace-Id"u8))
        {
            TraceId = Encoding.UTF8.GetString(value);
        }
        else if (Is(name, "Client-Context"u8))
        {
            ClientContext = Encoding.UTF8.GetString(value);
        }
        else if (Is(name, "Cognito-Identity"u8))
        {
            CognitoIdentity = Encoding.UTF8.GetString(value);
        }
        else if (Is(name, "Aws-Tenant-Id"u8))
        {
            TenantId = Encoding.UTF8.GetString(value);
        }
    }

    // Not Utf8Parser or int.Parse: both are generic methods that would have to be compiled before the first answer, for a few digits.
    internal static bool TryNumber(ReadOnlySpan<byte> digits, out long number)
    {
        number = 0;
        if (digits.Length is 0 or > 18)
        {
            return false;
        }

        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            number = number * 10 + (digit - '0');
        }

        return true;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> value)
    {
        while (value.Length > 0 && (value[0] is (byte)' ' or (byte)'\t'))
        {
            value = value[1..];
        }

        while (value.Length > 0 && (value[^1] is (byte)' ' or (byte)'\t'))
        {
            value = value[..^1];
        }

        return value;
    }

    private static bool Is(ReadOnlySpan<byte> value, ReadOnlySpan<byte> expected) => Ascii.EqualsIgnoreCase(value, expected);
}
