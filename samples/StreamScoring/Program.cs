using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;
using ServerlessInference.Pipelines;
using StreamScoring;

// Scores the texts that a table's change stream brings, in batches, with a scikit-learn model from the layer under /opt/text-scoring.
var app = InferenceFunction.CreateBuilder(args);

app.Services.AddServerlessInference()
   .AddModel("texts", model => model
       .FromLayer("text-scoring")
       .Configure(options => options.MaxBatchSize = 100)                    // a batch of the stream in one run of the model
       .UseTextLabelPrediction(Preprocessing
           .Step<ReadOnlyMemory<byte>, string>(ItemText.Read)               // the change record's attribute "text"
           .Then(Preprocessing.Step<string, string>(PlainText.Clean))));    // without mark-up, links and repeated spaces

app.MapKinesis("texts", results => results.ToS3($"s3://{Variable("RESULTS_BUCKET")}/{{date:yyyy/MM/dd}}/{{id}}.json"));
await app.Build().RunAsync();

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"The environment variable {name} is missing; template.yaml sets it.");
