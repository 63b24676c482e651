using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Testing;

/// <summary>The answer of a function, or its error.</summary>
public sealed class InvocationResult
{
    internal InvocationResult(FunctionResponse response) => Response = response;

    /// <summary>Gets the response as Lambda would receive it.</summary>
    public FunctionResponse Response { get; }

    /// <summary>Gets the error; <see langword="null"/> if the invocation succeeded.</summary>
    public FunctionError? Error => Response.Error;

    /// <summary>Gets the answer as text.</summary>
    public string Text => Encoding.UTF8.GetString(Response.Body.Span);

    /// <summary>Reads the answer as JSON.</summary>
    /// <returns>The root element.</returns>
    /// <exception cref="JsonException">The answer is not valid JSON.</exception>
    public JsonElement ReadJson()
    {
        using JsonDocument document = JsonDocument.Parse(Response.Body);
        return document.RootElement.Clone();
    }

    /// <summary>Deserializes the answer.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="type">The source-generated metadata of the type.</param>
    /// <returns>The answer; <see langword="null"/> for a JSON null.</returns>
    /// <exception cref="JsonException">The answer is not valid JSON, or does not fit the type.</exception>
    public T? Read<T>(JsonTypeInfo<T> type) => JsonSerializer.Deserialize(Response.Body.Span, type);

    /// <summary>Reads the answer to an HTTP event.</summary>
    /// <returns>Status, headers and body.</returns>
    /// <exception cref="InvalidOperationException">
    /// The answer is not an HTTP response; if the invocation failed, the message contains the error.
    /// </exception>
    public HttpResult ReadHttp()
    {
        if (Error is { } error)
        {
            throw new InvalidOperationException($"The invocation failed with {error.Type}: {error.Message}");
        }

        JsonElement root = ReadJson();
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("statusCode", out JsonElement status))
        {
            throw new InvalidOperationException(
                "The answer has no statusCode: the function did not recognise the event as an HTTP request.");
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (root.TryGetProperty("headers", out JsonElement members))
        {
            foreach (JsonProperty header in members.EnumerateObject())
            {
                headers[header.Name] = header.Value.GetString() ?? string.Empty;
            }
        }

        // Load balancers that send multi-value headers expect them in the response.
        if (root.TryGetProperty("multiValueHeaders", out JsonElement lists))
        {
            foreach (JsonProperty header in lists.EnumerateObject())
            {
                headers[header.Name] = string.Join(", ", header.Value.EnumerateArray().Select(value => value.GetString()));
            }
        }

        string body = root.TryGetProperty("body", out JsonElement text) ? text.GetString() ?? string.Empty : string.Empty;
        bool base64 = root.TryGetProperty("isBase64Encoded", out JsonElement encoded) && encoded.GetBoolean();
        return new HttpResult(status.GetInt32(), headers, base64 ? Convert.FromBase64String(body) : Encoding.UTF8.GetBytes(body));
    }
}
