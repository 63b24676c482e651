// Scores Kinesis records as samples/StreamScoring does, and discards the results. With the argument "keep" it keeps the model between
// calls, with "reload" it loads the model in every call and unloads it at the end. It appends a byte to the file LOADS for each load,
// so that "samples/measure.sh StreamScoring", which compares both, can say how often the model was loaded.
using System.Text;
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
        "texts",
        new ReloadingPipeline("texts", app.Environment.Require("LOADS"), services => AddModel(services, preload: false)));
}

app.MapKinesis("texts", results => results.ToNothing(), options => options.Attribute = "text");
await app.Build().RunAsync();

static void AddModel(IServiceCollection services, bool preload) => services.AddServerlessInference().AddModel("texts", model => model
    .FromLayer("text-scoring")
    .Configure(options =>
    {
        options.MaxBatchSize = 100;
        options.Preload = preload;
    })
    .UseTextLabelPrediction(Preprocessing
        .Step<ReadOnlyMemory<byte>, string>(utf8 => PlainText.Clean(Encoding.UTF8.GetString(utf8.Span)))
        .Then(Preprocessing.Step<string, string>(Excerpt.Take))));
