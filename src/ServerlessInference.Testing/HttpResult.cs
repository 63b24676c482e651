using System.Text;
using System.Text.Json;

namespace ServerlessInference.Testing;

/// <summary>An HTTP response of a function, as its client would see it.</summary>
public sealed class HttpResult
{
    internal HttpResult(int status, IReadOnlyDictionary<string, string> headers, byte[] content)
    {
        Status = status;
        Headers = headers;
        Content = content;
    }

    /// <summary>Gets the status code.</summary>
    public int Status { get; }

    /// <summary>Gets the headers. Their names are case-insensitive.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>Gets the bytes of the body.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>Gets the body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Content.Span);

    /// <summary>Reads the body as JSON.</summary>
    /// <returns>The root element.</returns>
    /// <exception cref="JsonException">The body is not valid JSON.</exception>
    public JsonElement ReadJson()
    {
        using JsonDocument document = JsonDocument.Parse(Content);
        return document.RootElement.Clone();
    }
}
