using System.Text.Encodings.Web;
using System.Text.Json;

namespace ServerlessInference.Lambda.Invocations;

/// <summary>The event and the answer of one invocation, with buffers that are reused for one invocation after another.</summary>
/// <param name="room">The number of bytes to keep free in front of the response.</param>
/// <remarks>
/// Members are fields rather than properties, because each accessor would be one more method to compile before the first answer.
/// </remarks>
internal sealed class Invocation(int room) : IDisposable
{
    private Utf8JsonWriter? _writer;
    private Utf8JsonWriter? _inner;
    private ResponseBuffer? _innerBuffer;

    /// <summary>The event. A route may decode it in place.</summary>
    public Memory<byte> Payload;

    public InvocationContext Context = null!;

    public readonly ResponseBuffer Response = new(room);

    /// <summary>
    /// The reason why the invocation failed as a whole, which the response then contains; <see langword="null"/> if it did not fail.
    /// </summary>
    public FunctionError? Error;

    /// <summary>
    /// Whether this is a dry run: no caller sent the event. It takes the path of a request while the models load, with a placeholder in the
    /// place of the model, so that the code on that path is compiled before the first real event. Its failures are logged at the debug
    /// level only.
    /// </summary>
    public bool IsDryRun;

    /// <summary>The value of the header <c>access-control-allow-origin</c> of an HTTP answer; <see langword="null"/> for none.</summary>
    public string? AllowOrigin;

    /// <summary>Whether an HTTP answer has the header <c>access-control-allow-credentials</c>.</summary>
    public bool AllowCredentials;

    /// <summary>Whether an HTTP answer has its headers as lists of values (<c>multiValueHeaders</c>).</summary>
    public bool UsesMultiValueHeaders;

    /// <summary>Gets the buffer of a value that becomes a part of the response.</summary>
    public ResponseBuffer InnerBuffer => _innerBuffer ??= new ResponseBuffer(0);

    /// <summary>Discards the response so far, and returns the writer for a new one.</summary>
    public Utf8JsonWriter BeginResponse()
    {
        Response.Clear();
        return Begin(ref _writer, Response);
    }

    /// <summary>Discards the inner value so far, and returns the writer for a new one.</summary>
    public Utf8JsonWriter BeginInner()
    {
        InnerBuffer.Clear();
        return Begin(ref _inner, InnerBuffer);
    }

    public void Dispose()
    {
        _writer?.Dispose();
        _inner?.Dispose();
    }

    private static Utf8JsonWriter Begin(ref Utf8JsonWriter? writer, ResponseBuffer buffer)
    {
        if (writer is null)
        {
            return writer = new Utf8JsonWriter(buffer, Writers.Options);
        }

        writer.Reset(buffer);
        return writer;
    }

    // A class of its own, because a static field of this type in Invocation would load the JSON library for functions that write no JSON.
    private static class Writers
    {
        // Answers are embedded in JSON and never in an HTML page, so only the characters that JSON requires are escaped.
        public static readonly JsonWriterOptions Options =
            new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    }
}
