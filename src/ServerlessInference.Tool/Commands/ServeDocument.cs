using System.Globalization;
using System.Text.Json;
using ServerlessInference.Tool.LocalRuntime.Http;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The document of <c>serve</c> about a request.</summary>
internal sealed class ServeDocument(HttpExchange exchange) : IJsonDocument
{
    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("method"u8, exchange.Method);
        writer.WriteString("path"u8, exchange.Path);
        writer.WriteNumber("status"u8, exchange.Status);
        writer.WriteNumber("durationMs"u8, Math.Round(exchange.Duration.TotalMilliseconds, 3));
        if (exchange.Invocation is { } invocation)
        {
            writer.WriteString("requestId"u8, invocation.RequestId);
            writer.WriteBoolean("cold"u8, invocation.Start is not null);
            if (invocation.Start?.Init is { } init)
            {
                writer.WriteNumber("initMs"u8, Math.Round(init.TotalMilliseconds, 3));
            }
        }

        if (exchange.Problem is { } problem)
        {
            new ErrorInfo(exchange.Invocation?.Outcome.Error?.Type ?? "InvalidResponse", problem).WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    /// <summary>Returns a line of text for people.</summary>
    public override string ToString()
    {
        string cold = exchange.Invocation?.Start is null ? "" : " cold";
        string problem = exchange.Problem is null ? "" : $" ({exchange.Problem})";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{exchange.Method} {exchange.Path} {exchange.Status} {exchange.Duration.TotalMilliseconds:F1} ms{cold}{problem}");
    }
}
