using System.Text.Json.Serialization;

namespace ServerlessInference.HostFunction;

/// <summary>A command of a test to the function.</summary>
internal sealed record Command(string? Do = null, string? Text = null, int Number = 0);

/// <summary>The answer of the function.</summary>
internal sealed record Answer(string? Text, int Number, string RequestId, int Pid, int Count, string? TraceId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Command))]
[JsonSerializable(typeof(Answer))]
internal sealed partial class FunctionJson : JsonSerializerContext;
