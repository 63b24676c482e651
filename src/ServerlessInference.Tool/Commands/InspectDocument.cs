using System.Globalization;
using System.Text.Json;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Tool.Inspection;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The result of <c>inspect</c>: a description of a model.</summary>
internal sealed record InspectDocument(
    string File, long Size, OnnxHeader? Header, ModelDescription Model, ModelTask Task, IReadOnlyList<ModelDecision> Decisions)
    : ITableDocument
{
    private const string DefaultDomain = "ai.onnx";

    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("file"u8, File);
        writer.WriteNumber("size"u8, Size);
        WriteVersions(writer);
        WriteValues(writer, "inputs", Model.Inputs);
        WriteValues(writer, "outputs", Model.Outputs);
        writer.WriteStartObject("metadata"u8);
        foreach ((string? key, string? value) in Model.Metadata)
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
        if (Task.Task is not null)
        {
            writer.WriteString("task"u8, Task.Task);
        }

        if (Task.Head is not null)
        {
            writer.WriteString("head"u8, Task.Head);
        }

        writer.WriteStartArray("decisions"u8);
        foreach (ModelDecision decision in Decisions)
        {
            writer.WriteStartObject();
            writer.WriteString("subject"u8, decision.Subject);
            writer.WriteString("value"u8, decision.Value);
            writer.WriteString("origin"u8, decision.Origin);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table)
    {
        table.Add("file", File);
        table.Add("size", Size.ToString("N0", CultureInfo.InvariantCulture) + " bytes");
        table.Add("opset", Header is null ? "unknown" : string.Join(", ", Header.Opsets.Select(opset => $"{opset.Key} {opset.Value}")));
        table.Add("producer", Model.Producer);
        foreach (ValueDescription input in Model.Inputs)
        {
            table.Add("input", input.ToString());
        }

        foreach (ValueDescription output in Model.Outputs)
        {
            table.Add("output", output.ToString());
        }

        foreach ((string? key, string? value) in Model.Metadata)
        {
            table.Add("metadata", $"{key}: {value}");
        }

        table.Add("task", Task.Task is null ? "not recognised" : Task.Head is null ? Task.Task : $"{Task.Task}, {Task.Head}");
        foreach (ModelDecision decision in Decisions)
        {
            table.Add(decision.Subject, $"{decision.Value} ({decision.Origin})");
        }
    }

    private void WriteVersions(Utf8JsonWriter writer)
    {
        if (Header is not null)
        {
            writer.WriteNumber("irVersion"u8, Header.IrVersion);
            if (Header.Opsets.TryGetValue(DefaultDomain, out long opset))
            {
                writer.WriteNumber("opset"u8, opset);
            }

            writer.WriteStartObject("opsets"u8);
            foreach ((string? domain, long version) in Header.Opsets)
            {
                writer.WriteNumber(domain, version);
            }

            writer.WriteEndObject();
        }

        writer.WriteString("producer"u8, Model.Producer);
    }

    private static void WriteValues(Utf8JsonWriter writer, string name, IReadOnlyList<ValueDescription> values)
    {
        writer.WriteStartArray(name);
        foreach (ValueDescription value in values)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, value.Name);
            writer.WriteString("kind"u8, value.Kind.ToString().ToLowerInvariant());
            if (value.Kind == ValueKind.Tensor)
            {
                writer.WriteString("dtype"u8, value.ElementTypeName);
                WriteShape(writer, value);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    // A dynamic axis is written as its name, or as null if it has none.
    private static void WriteShape(Utf8JsonWriter writer, ValueDescription value)
    {
        writer.WriteStartArray("shape"u8);
        for (int axis = 0; axis < value.Shape.Length; axis++)
        {
            if (value.Shape[axis] >= 0)
            {
                writer.WriteNumberValue(value.Shape[axis]);
            }
            else if (value.Symbols[axis].Length > 0)
            {
                writer.WriteStringValue(value.Symbols[axis]);
            }
            else
            {
                writer.WriteNullValue();
            }
        }

        writer.WriteEndArray();
    }
}
