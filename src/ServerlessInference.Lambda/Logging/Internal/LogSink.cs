using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ServerlessInference.Lambda.Logging;

/// <summary>Writes log records to standard output, one per line, as text or as JSON objects. Thread-safe.</summary>
internal sealed class LogSink
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    private readonly Lock _gate = new();
    private readonly bool _json;
    private readonly InvocationScope _scope;
    private readonly TimeProvider _time;
    private readonly Func<Stream> _open;
    private Stream? _stream;
    private Exception? _lastExplained;

    /// <summary>Creates a sink.</summary>
    /// <param name="json">Whether records are JSON objects rather than lines of text.</param>
    /// <param name="minimum">The minimum level, as Lambda spells it; <see langword="null"/> for <c>INFO</c>.</param>
    /// <param name="scope">Holds the ID of the current request.</param>
    /// <param name="time">The clock.</param>
    /// <param name="open">Opens the output; <see langword="null"/> for standard output.</param>
    public LogSink(bool json, string? minimum, InvocationScope scope, TimeProvider time, Func<Stream>? open = null)
    {
        _json = json;
        Minimum = Parse(minimum);
        _scope = scope;
        _time = time;
        _open = open ?? Console.OpenStandardOutput;
    }

    public LogLevel Minimum { get; }

    public void Write(LogLevel level, string category, string message, Exception? exception)
    {
        string now = _time.GetUtcNow().UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
        byte[] record = _json ? Json(now, level, category, message, exception) : Text(now, level, category, message, exception);
        WriteRaw(record);
    }

    /// <summary>Writes a line unchanged: a record in another format, such as embedded metrics.</summary>
    public void WriteRaw(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            _stream ??= _open();
            _stream.Write(line);
            _stream.Flush();
        }
    }

    private byte[] Text(string now, LogLevel level, string category, string message, Exception? exception)
    {
        var text = new StringBuilder(128)
            .Append(now).Append('\t').Append(_scope.RequestId ?? "-").Append('\t').Append(Name(level)).Append('\t')
            .Append(category).Append('\t').Append(message);
        if (exception is not null)
        {
            text.Append('\n').Append(Stack(exception) ?? $"{exception.GetType()}: {exception.Message}");
        }

        // CloudWatch creates a record for each line feed, but displays a carriage return as a line break within the record.
        text.Replace("\r\n", "\r").Replace('\n', '\r');
        EscapeControls(text);
        return Encoding.UTF8.GetBytes(text.Append('\n').ToString());
    }

    /// <summary>Escapes characters with which a caller's name or key could change what a terminal displays.</summary>
    private static void EscapeControls(StringBuilder text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            char character = text[i];
            if ((char.IsControl(character) && character is not ('\r' or '\t')) || character is '\u2028' or '\u2029')
            {
                text.Remove(i, 1).Insert(i, string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"));
            }
        }
    }

    private byte[] Json(string now, LogLevel level, string category, string message, Exception? exception)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartObject();
        writer.WriteString("timestamp"u8, now);
        writer.WriteString("level"u8, Name(level));
        if (_scope.RequestId is { } request)
        {
            writer.WriteString("requestId"u8, request);
        }

        writer.WriteString("category"u8, category);
        writer.WriteString("message"u8, message);
        if (exception is not null)
        {
            writer.WriteString("errorType"u8, exception.GetType().Name);
            writer.WriteString("errorMessage"u8, exception.Message);
            if (Stack(exception) is { } stack)
            {
                writer.WriteString("stackTrace"u8, stack);
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    /// <summary>
    /// Returns an exception with its stack trace if that adds something to the message. The message of one of this library's own exceptions
    /// explains itself, so its stack trace is only written if another exception caused it. It is then written once: the same exception is
    /// logged by the model, by the function and by every request that waits for the model. At <c>DEBUG</c> and below, all stack traces are
    /// written.
    /// </summary>
    private string? Stack(Exception exception)
    {
        if (Minimum <= LogLevel.Debug || !IsSelfExplanatory(exception))
        {
            return exception.ToString();
        }

        bool isWritten = HasOnlyOwnExceptions(exception) || Interlocked.Exchange(ref _lastExplained, exception) == exception;
        return isWritten ? null : exception.ToString();
    }

    private static bool IsSelfExplanatory(Exception exception) => exception is InferenceException or OptionsValidationException;

    private static bool HasOnlyOwnExceptions(Exception? exception) =>
        exception is null || (IsSelfExplanatory(exception) && HasOnlyOwnExceptions(exception.InnerException));

    // Lambda's names for the levels, so that its log filters understand them.
    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "TRACE",
        LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARN",
        LogLevel.Error => "ERROR",
        _ => "FATAL",
    };

    private static LogLevel Parse(string? level) => level?.ToUpperInvariant() switch
    {
        "TRACE" => LogLevel.Trace,
        "DEBUG" => LogLevel.Debug,
        "WARN" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        "FATAL" => LogLevel.Critical,
        _ => LogLevel.Information,
    };
}
