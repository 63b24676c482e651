using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ServerlessInference.Lambda;

/// <summary>Writes log records to standard output, as text or as JSON objects, one a line. Thread-safe.</summary>
internal sealed class LogSink
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    private readonly Lock _gate = new();
    private readonly bool _json;
    private readonly InvocationScope _scope;
    private readonly TimeProvider _time;
    private readonly Func<Stream> _open;
    private Stream? _stream;
    private Exception? _shown;

    public LogSink(LambdaEnvironment environment, InvocationScope scope, TimeProvider time, Func<Stream>? open = null)
    {
        _json = environment.LogsJson;
        Minimum = Parse(environment.LogLevel);
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

    /// <summary>Writes a line as it is: a record of another format, such as embedded metrics.</summary>
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
            .Append(now).Append('\t').Append(_scope.RequestId ?? "-").Append('\t').Append(Name(level)).Append('\t').Append(category).Append('\t').Append(message);
        if (exception is not null)
        {
            text.Append('\n').Append(Stack(exception) ?? $"{exception.GetType()}: {exception.Message}");
        }

        // CloudWatch makes a record of each line, but shows a carriage return as a line of the same record.
        text.Replace("\r\n", "\r").Replace('\n', '\r').Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
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
    /// Gives an exception with its stack, where that says more than the message: of what the library itself refuses, and explains, only where something else is behind
    /// it, and then once, for the same exception passes from the model to the function and to the requests that wait for it. Those who debug get all.
    /// </summary>
    private string? Stack(Exception exception) =>
        Minimum > LogLevel.Debug && IsExplained(exception) && (IsExplainedThroughout(exception) || Interlocked.Exchange(ref _shown, exception) == exception)
            ? null
            : exception.ToString();

    private static bool IsExplained(Exception exception) => exception is InferenceException or OptionsValidationException;

    private static bool IsExplainedThroughout(Exception? exception) => exception is null || (IsExplained(exception) && IsExplainedThroughout(exception.InnerException));

    // Lambda's own names of levels, so that its log filters understand them.
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
