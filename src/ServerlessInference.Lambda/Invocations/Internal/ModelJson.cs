using System.Text.Json;

namespace ServerlessInference.Lambda.Invocations;

/// <summary>Writes a model's identity, which every answer contains.</summary>
internal static class ModelJson
{
    public static void WriteMembers(Utf8JsonWriter writer, ModelIdentity model)
    {
        writer.WriteString("name"u8, model.Name);
        writer.WriteString("version"u8, model.Version);
        writer.WriteString("source"u8, model.Source);
    }
}
