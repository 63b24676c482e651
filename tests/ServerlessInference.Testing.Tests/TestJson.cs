using System.Text.Json.Serialization;

namespace ServerlessInference.Testing.Tests;

[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(string))]
internal sealed partial class TestJson : JsonSerializerContext;
