using System.Text;

namespace ServerlessInference.Lambda;

/// <summary>The head of an answer of the Runtime API, with the headers that matter. Reused from one answer to the next.</summary>
/// <remarks>Fields rather than properties: each accessor would be compiled on the way to the first answer.</remarks>
internal sealed class ApiResponse
{
    public int Status;

    /// <summary>The length of the body; -1 where the head does not say.</summary>
    public long ContentLength;

    public bool Chunked;

    public bool Close;

    public string? RequestId;

    public long DeadlineMs;

    public string? TraceId;

    public string? ClientContext;

    public string? CognitoIdentity;

    /// <summary>The function's ARN: hardly ever another, so the text is kept as long as it is the same.</summary>
    public string FunctionArn = string.Empty;

    /// <summary>Reads a head: the status line and the headers, without the empty line.</summary>
    public void Read(ReadOnlySpan<byte> head)
    {
        ContentLength = -1;
        DeadlineMs = 0;
        Chunked = Close = false;
        RequestId = TraceId = ClientContext = CognitoIdentity = null;

        int end = head.IndexOf("\r\n"u8);
        ReadOnlySpan<byte> line = end < 0 ? head : head[..end];
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || !TryNumber(line.Slice(9, 3), out long status))
        {
            throw new RuntimeApiException("The Runtime API's answer does not begin with an HTTP/1.1 status line. Check AWS_LAMBDA_RUNTIME_API.");
        }

        Status = (int)status;
        Close = line[7] == (byte)'0';
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
                : throw new RuntimeApiException("The Runtime API's answer has a Content-Length that is no number.");
        }
        else if (Is(name, "Transfer-Encoding"u8))
        {
            Chunked = Is(value, "chunked"u8);
        }
        else if (Is(name, "Connection"u8))
        {
            Close |= Is(value, "close"u8);
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
    }

    // Not Utf8Parser or int.Parse: a handful of digits on the way to the first answer should not cost a generic method's compilation.
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
