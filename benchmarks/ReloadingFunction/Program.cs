// Scores Kinesis records as samples/StreamScoring does, and throws the results away. args: "keep" keeps the model from call to call,
// "reload" loads it in every call and lets it go at its end. "samples/measure.sh StreamScoring" compares them.
using Microsoft.Extensions.DependencyInjection;
using ReloadingFunction;
using ServerlessInference;
using ServerlessInference.Lambda;
using ServerlessInference.Pipelines;
using StreamScoring;

bool keep = args switch
{
    ["keep"] => true,
    ["reload"] => false,
    _ => throw new ArgumentException($"The argument is 'keep' or 'reload', not '{string.Join(' ', args)}'."),
};
InferenceFunctionBuilder app = InferenceFunction.CreateBuilder([]);
AddModel(app.Services, preload: keep);
if (!keep)
{
    app.Services.AddKeyedSingleton<IEncodedPipeline>(
        "texts", new ReloadingPipeline("texts", services => AddModel(services, preload: false)));
}

app.MapKinesis("texts", results => results.ToNothing());
await app.Build().RunAsync();

static void AddModel(IServiceCollection services, bool preload) => services.AddServerlessInference().AddModel("texts", model => model
    .FromLayer("text-scoring")
    .Configure(options =>
    {
        options.MaxBatchSize = 100;
        options.Preload = preload;
    })
    .UseTextLabelPrediction(
        Preprocessing.Step<ReadOnlyMemory<byte>, string>(ItemText.Read).Then(Preprocessing.Step<string, string>(PlainText.Clean))));
