using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;
using ServerlessInference.Results;

// Tags millions of images by reference: as tasks of an S3 Batch Operations job, or as messages of a queue that name objects in S3.
var app = InferenceFunction.CreateBuilder(args);

app.Services.AddServerlessInference()
   .AddModel("tags", model => model
       .FromFileSystem(Path.Combine(AppContext.BaseDirectory, "model"))
       .UseImageClassification(options => options.TopK = 3));

app.MapS3Batch("tags", WriteResults);                                       // each task: Succeeded, TemporaryFailure or PermanentFailure
app.MapSqs("tags", WriteResults, queue =>
{
    queue.References.Buckets.Add(app.Environment.Require("PHOTOS_BUCKET"));   // messages may name objects in this bucket only
    queue.References.MaxBytes = 20 * 1024 * 1024;
});
await app.Build().RunAsync();

void WriteResults(ResultTarget results) =>
    results.ToDynamoDb(app.Environment.Require("TAGS_TABLE"), items => items.Attributes["Score"] = "{score}");
