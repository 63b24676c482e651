using System.Text.Json.Serialization;

namespace ServerlessInference.Lambda.Tests;

public sealed record Question(string Text, int Number = 0);

public sealed record Answer(string Text, int Number = 0);

[JsonSerializable(typeof(Question))]
[JsonSerializable(typeof(Answer))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(System.Text.Json.JsonElement))]
internal sealed partial class TestJson : JsonSerializerContext;
