using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;
using ServerlessInference.Pipelines;
using StreamScoring;

// Scores the texts of changed table items, in batches, with a scikit-learn model from the layer under /opt/text-scoring.
var app = InferenceFunction.CreateBuilder(args);

app.Services.AddServerlessInference()
   .AddModel("texts", model => model
       .FromLayer("text-scoring")
       .Configure(options => options.MaxBatchSize = 100)                    // one run of the model per batch of the stream
       .UseTextLabelPrediction(Preprocessing
           .Step<ReadOnlyMemory<byte>, string>(utf8 => PlainText.Clean(Encoding.UTF8.GetString(utf8.Span)))
           .Then(Preprocessing.Step<string, string>(Excerpt.Take))));

// One object per batch with a line for each record: a hundredth of the PUT requests that an object for each record would take.
app.MapKinesis(
    "texts",
    results => results.ToS3(
        $"s3://{app.Environment.Require("RESULTS_BUCKET")}/{{date:yyyy/MM/dd}}/{{batch}}.jsonl", sink => sink.JsonLines = true),
    stream => stream.Attribute = app.Environment.Require("TEXT_ATTRIBUTE"));    // the attribute of the changed item
await app.Build().RunAsync();
