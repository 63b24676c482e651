using System.Text.Json;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Lambda.Events.Http;

/// <summary>Writes the answer to a <c>GET</c>: a model's state, its inputs and its outputs.</summary>
internal static class ModelMetadata
{
    public static async ValueTask WriteAsync(
        Utf8JsonWriter writer, IModelRegistry registry, string name, ModelStatus status, CancellationToken cancellationToken)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteString("state"u8, status.State switch
        {
            ModelState.Ready => "ready",
            ModelState.Loading => "loading",
            ModelState.Failed => "failed",
            _ => "not loaded",
        });
        if (status.Model is { } model)
        {
            writer.WriteString("version"u8, model.Version);
            writer.WriteString("source"u8, model.Source);
        }

        if (status.State == ModelState.Ready)
        {
            using ModelLease lease = await registry.AcquireAsync(name, cancellationToken).ConfigureAwait(false);
            Write(writer, "inputs", lease.Model.Description.Inputs);
            Write(writer, "outputs", lease.Model.Description.Outputs);
            WriteDecisions(writer, lease.Model.Decisions);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, IReadOnlyList<ValueDescription> values)
    {
        writer.WriteStartArray(name);
        foreach (ValueDescription value in values)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, value.Name);
            if (value.Kind == ValueKind.Tensor)
            {
                writer.WriteString("type"u8, value.ElementTypeName);
                writer.WriteStartArray("shape"u8);
                for (int i = 0; i < value.Shape.Length; i++)
                {
                    WriteAxis(writer, value.Shape[i], value.Symbols[i]);
                }

                writer.WriteEndArray();
            }
            else
            {
                writer.WriteString("type"u8, value.Kind.ToString());
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteDecisions(Utf8JsonWriter writer, IReadOnlyList<ModelDecision> decisions)
    {
        if (decisions.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("decisions"u8);
        foreach (ModelDecision decision in decisions)
        {
            writer.WriteStartObject();
            writer.WriteString("subject"u8, decision.Subject);
            writer.WriteString("value"u8, decision.Value);
            writer.WriteString("origin"u8, decision.Origin);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    // A dynamic axis is written as its name, or as null if it has none.
    private static void WriteAxis(Utf8JsonWriter writer, long length, string symbol)
    {
        if (length >= 0)
        {
            writer.WriteNumberValue(length);
        }
        else if (symbol.Length > 0)
        {
            writer.WriteStringValue(symbol);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
