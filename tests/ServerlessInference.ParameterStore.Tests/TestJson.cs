using System.Text.Json.Serialization;

namespace ServerlessInference.ParameterStore.Tests;

[JsonSerializable(typeof(string))]
internal sealed partial class TestJson : JsonSerializerContext;
