using System.Globalization;
using System.Text;

namespace ServerlessInference.Lambda.Events.Http;

/// <summary>Divides a form (<c>multipart/form-data</c>) into its parts, without copying them.</summary>
/// <remarks>
/// Sources: RFC 7578 for forms, RFC 2046 section 5.1 for boundaries, RFC 6266 for file names. Lines must end with CR LF, as both require.
/// </remarks>
internal static class MultipartForm
{
    public const string MediaType = "multipart/form-data";

    /// <summary>The maximum length of a boundary (RFC 2046, section 5.1.1).</summary>
    private const int MaxBoundaryLength = 70;

    /// <summary>The maximum length of the headers of a part. Browsers send less than 1 KB, unless a file has a very long name.</summary>
    private const int MaxHeaderBytes = 8 * 1024;

    /// <summary>The maximum number of parts, of which the fields that are no files are not used.</summary>
    private const int MaxParts = 2000;

    /// <summary>Reads the boundary from the value of a header <c>Content-Type</c>.</summary>
    /// <exception cref="InvalidInputException">There is no boundary, or it is longer than allowed.</exception>
    public static byte[] ReadBoundary(string contentType)
    {
        if (!TryFindParameter(Encoding.UTF8.GetBytes(contentType), "boundary"u8, out ReadOnlySpan<byte> boundary) || boundary.IsEmpty)
        {
            throw new InvalidInputException(
                "The Content-Type is multipart/form-data, but names no boundary. Do not set the header yourself: a browser (with " +
                "FormData) and curl (with -F) add it with the boundary.");
        }

        return boundary.Length <= MaxBoundaryLength ? boundary.ToArray() : throw new InvalidInputException(
            $"The boundary of the form has {boundary.Length} characters; at most {MaxBoundaryLength} are allowed.");
    }

    /// <summary>Reads a form.</summary>
    /// <param name="form">The body.</param>
    /// <param name="boundary">The boundary.</param>
    /// <returns>The parts, in the order of the form.</returns>
    /// <exception cref="InvalidInputException">The form is damaged, or exceeds a limit.</exception>
    public static List<FormPart> Read(ReadOnlyMemory<byte> form, ReadOnlySpan<byte> boundary)
    {
        byte[] delimiter = [.. "\r\n--"u8, .. boundary];
        ReadOnlySpan<byte> span = form.Span;
        var parts = new List<FormPart>();

        // The line break in front of the first boundary is missing if nothing precedes it.
        bool isAtStart = span.StartsWith(delimiter.AsSpan(2));
        int at = isAtStart && TryReadEnd(span[(delimiter.Length - 2)..], out int length, out bool isLast)
            ? delimiter.Length - 2 + length
            : FindDelimiter(span, delimiter, 0, out isLast).End;
        while (!isLast)
        {
            if (parts.Count == MaxParts)
            {
                throw new InvalidInputException(InvalidInputKind.TooLarge, $"The form has more than {MaxParts} parts.");
            }

            ReadOnlySpan<byte> headers = ReadHeaders(span[at..]);
            int content = at + headers.Length + 2;
            (int end, at) = FindDelimiter(span, delimiter, content - 2, out isLast);
            parts.Add(ReadPart(headers, end < content ? default : form[content..end]));
        }

        return parts;
    }

    /// <summary>Finds the next boundary.</summary>
    /// <returns>The position of the line break in front of it, and the position after its line.</returns>
    private static (int Start, int End) FindDelimiter(ReadOnlySpan<byte> form, ReadOnlySpan<byte> delimiter, int from, out bool isLast)
    {
        while (form[from..].IndexOf(delimiter) is >= 0 and var found)
        {
            int start = from + found;
            int after = start + delimiter.Length;
            if (TryReadEnd(form[after..], out int length, out isLast))
            {
                return (start, after + length);
            }

            // A line that only begins with the boundary belongs to the content.
            from = after;
        }

        throw new InvalidInputException(
            "The form is damaged: the boundary that its Content-Type names is missing at its beginning or at its end. Send the form as " +
            "the browser or curl created it, with CR LF at the end of lines.");
    }

    /// <summary>Reads what follows a boundary: two hyphens after the last one, spaces, and the end of the line.</summary>
    private static bool TryReadEnd(ReadOnlySpan<byte> text, out int length, out bool isLast)
    {
        isLast = text.StartsWith("--"u8);
        int at = isLast ? 2 : 0;
        at += text[at..].Length - text[at..].TrimStart(" \t"u8).Length;
        length = at + 2;
        if (text[at..].StartsWith("\r\n"u8))
        {
            return true;
        }

        // Nothing needs to follow the last boundary.
        length = at;
        return isLast;
    }

    /// <summary>Returns the headers of a part, each with its line break.</summary>
    private static ReadOnlySpan<byte> ReadHeaders(ReadOnlySpan<byte> part)
    {
        if (part.StartsWith("\r\n"u8))
        {
            return default;
        }

        int end = part[..Math.Min(part.Length, MaxHeaderBytes)].IndexOf("\r\n\r\n"u8);
        if (end >= 0)
        {
            return part[..(end + 2)];
        }

        throw part.Length > MaxHeaderBytes
            ? new InvalidInputException(
                InvalidInputKind.TooLarge,
                string.Create(CultureInfo.InvariantCulture, $"A part of the form has more than {MaxHeaderBytes:N0} bytes of headers."))
            : new InvalidInputException("The form is damaged: a part ends before its content.");
    }

    private static FormPart ReadPart(ReadOnlySpan<byte> headers, ReadOnlyMemory<byte> content)
    {
        bool isFile = false, isBase64 = false;
        while (!headers.IsEmpty)
        {
            int end = headers.IndexOf("\r\n"u8);
            ReadOnlySpan<byte> line = headers[..end];
            headers = headers[(end + 2)..];
            int colon = line.IndexOf((byte)':');
            ReadOnlySpan<byte> name = line[..Math.Max(colon, 0)].Trim(" \t"u8), value = line[(colon + 1)..].Trim(" \t"u8);
            if (Ascii.EqualsIgnoreCase(name, "content-disposition"u8))
            {
                isFile = TryFindParameter(value, "filename"u8, out _) || TryFindParameter(value, "filename*"u8, out _);
            }
            else if (Ascii.EqualsIgnoreCase(name, "content-transfer-encoding"u8))
            {
                isBase64 = IsBase64(value);
            }
        }

        return new FormPart(content, isFile, isBase64);
    }

    private static bool IsBase64(ReadOnlySpan<byte> encoding)
    {
        if (Ascii.EqualsIgnoreCase(encoding, "base64"u8))
        {
            return true;
        }

        return Ascii.EqualsIgnoreCase(encoding, "binary"u8) || Ascii.EqualsIgnoreCase(encoding, "8bit"u8)
            || Ascii.EqualsIgnoreCase(encoding, "7bit"u8)
            ? false
            : throw new InvalidInputException(
                InvalidInputKind.UnsupportedFormat,
                "A part of the form has a Content-Transfer-Encoding that is not supported. Send its bytes as they are, or in base64.");
    }

    /// <summary>Finds a parameter of a header's value: <c>form-data; name="file"; filename="a.jpg"</c>.</summary>
    private static bool TryFindParameter(ReadOnlySpan<byte> value, ReadOnlySpan<byte> wanted, out ReadOnlySpan<byte> found)
    {
        int next = value.IndexOf((byte)';');
        while (next >= 0)
        {
            value = value[(next + 1)..];
            int equals = value.IndexOfAny((byte)'=', (byte)';');
            if (equals < 0)
            {
                break;
            }

            ReadOnlySpan<byte> name = value[..equals].Trim(" \t"u8);
            if (value[equals] == (byte)';')
            {
                next = equals;
                continue;
            }

            value = value[(equals + 1)..].TrimStart(" \t"u8);
            bool isQuoted = !value.IsEmpty && value[0] == (byte)'"';
            int length = isQuoted ? FindQuote(value[1..]) : value.IndexOf((byte)';') is >= 0 and var end ? end : value.Length;
            if (Ascii.EqualsIgnoreCase(name, wanted))
            {
                found = isQuoted ? value.Slice(1, length) : value[..length].Trim(" \t"u8);
                return true;
            }

            int after = isQuoted ? Math.Min(length + 2, value.Length) : length;
            value = value[after..];
            next = value.IndexOf((byte)';');
        }

        found = default;
        return false;
    }

    /// <summary>Returns the position of the quotation mark that ends a quoted text, or the text's length if there is none.</summary>
    private static int FindQuote(ReadOnlySpan<byte> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == (byte)'"')
            {
                return i;
            }

            // curl writes a quotation mark in a file name as \"; browsers write %22 and leave a backslash as it is.
            if (text[i] == (byte)'\\' && i + 1 < text.Length && text[i + 1] is (byte)'"' or (byte)'\\')
            {
                i++;
            }
        }

        return text.Length;
    }
}
