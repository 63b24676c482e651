// A function that answers every event with itself, read and written as JSON.
using System.Text.Json.Serialization;
using ServerlessInference.Benchmarks.Echo;
using ServerlessInference.Lambda;

InferenceFunctionBuilder app = InferenceFunction.CreateBuilder(args);
app.MapHandler(EchoJson.Default.EchoMessage, EchoJson.Default.EchoMessage, static (message, _, _) => ValueTask.FromResult(message));
await app.Build().RunAsync();

namespace ServerlessInference.Benchmarks.Echo
{
    internal sealed record EchoMessage(string Text);

    [JsonSerializable(typeof(EchoMessage))]
    internal sealed partial class EchoJson : JsonSerializerContext;
}
