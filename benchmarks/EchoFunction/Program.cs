// A function that answers every event with itself: what the host costs, and no serializer.
using ServerlessInference.Lambda;

InferenceFunctionBuilder app = InferenceFunction.CreateBuilder(args);
app.MapHandler(static (payload, _, _) => ValueTask.FromResult(payload));
await app.Build().RunAsync();
