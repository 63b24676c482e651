using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;
using ServerlessInference.Results;

// For each new image in the bucket PHOTOS_BUCKET, writes a JSON document to the bucket RESULTS_BUCKET, or an item to the table
// RESULTS_TABLE.
var app = InferenceFunction.CreateBuilder(args);

// The model and ONNX Runtime's native library are fetched from a bucket; split-package.json, next to the program, pins their digests.
app.UseSplitPackage(package => package.BaseUri = app.Environment.Require("PACKAGE_URI"));

app.Services.AddServerlessInference()
   .AddModel("shapes", model => model
       .FromSplitPackage("models/shapes")
       .UseImageClassification(options => options.TopK = 3));

app.MapS3Objects("shapes", WriteResults, objects => objects.Sources.Add($"s3://{app.Environment.Require("PHOTOS_BUCKET")}/"));
await app.Build().RunAsync();

// Keep the line that you need: results go to S3 or to a table.
void WriteResults(ResultTarget results)
{
    if (Environment.GetEnvironmentVariable("RESULTS_TABLE") is { Length: > 0 } table)
    {
        results.ToDynamoDb(table);                                             // UUID, ImageName, ObjectClass
    }
    else
    {
        results.ToS3($"s3://{app.Environment.Require("RESULTS_BUCKET")}/{{key}}.json");   // photos/cat.jpg → photos/cat.jpg.json
    }
}
