using System.Text.Encodings.Web;
using System.Text.Json;

namespace ServerlessInference.Lambda;

/// <summary>One invocation's event and answer, with the buffers that serve one invocation after the other.</summary>
/// <param name="room">The bytes to keep free before the response.</param>
/// <remarks>Fields rather than properties: each accessor would be compiled on the way to the first answer.</remarks>
internal sealed class Invocation(int room) : IDisposable
{
    private Utf8JsonWriter? _writer;
    private Utf8JsonWriter? _inner;
    private ResponseBuffer? _innerBuffer;

    /// <summary>The event. A route may decode it in place.</summary>
    public Memory<byte> Payload;

    public InvocationContext Context = null!;

    public readonly ResponseBuffer Response = new(room);

    /// <summary>Why the invocation failed as a whole; the response then holds the error.</summary>
    public FunctionError? Error;

    /// <summary>Whether nobody asked: the way of events is gone while models load, with a model of zeros and without a word in the log.</summary>
    public bool Rehearsal;

    /// <summary>What an HTTP answer says about the origin that may read it; <see langword="null"/> for nothing.</summary>
    public string? AllowOrigin;

    /// <summary>Whether the headers of an HTTP answer are lists of values.</summary>
    public bool ListsOfHeaders;

    /// <summary>Gets a buffer for a value that becomes a part of the response.</summary>
    public ResponseBuffer InnerBuffer => _innerBuffer ??= new ResponseBuffer(0);

    /// <summary>Gives the writer of the response, from its beginning.</summary>
    public Utf8JsonWriter BeginResponse()
    {
        Response.Clear();
        return Begin(ref _writer, Response);
    }

    /// <summary>Gives the writer of a value that becomes a part of the response.</summary>
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

    // A class of its own: a static structure among the members above would load the JSON library for functions that write none.
    private static class Writers
    {
        // Answers are JSON inside of JSON and never part of a page, so only what JSON itself needs is escaped.
        public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    }
}
