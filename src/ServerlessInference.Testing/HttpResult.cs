using System.Text;
using System.Text.Json;

namespace ServerlessInference.Testing;

/// <summary>An HTTP answer of a function, as its client would see it.</summary>
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

    /// <summary>Gets the headers; their names ignore case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>Gets the body's bytes.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>Gets the body's text.</summary>
    public string Text => Encoding.UTF8.GetString(Content.Span);

    /// <summary>Reads the body as JSON.</summary>
    /// <returns>Its root.</returns>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public JsonElement ReadJson()
    {
        using JsonDocument document = JsonDocument.Parse(Content);
        return document.RootElement.Clone();
    }
}
