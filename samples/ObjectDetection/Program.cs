using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;
using ServerlessInference.Models;
using ServerlessInference.Registration;

// Detects objects in images. A parameter in Parameter Store contains the location of the model (s3://bucket/yolo/v3/). If the function has
// a file system on EFS, it has the same directories and is tried first; if it is slow or unavailable, the model is fetched from S3.
var app = InferenceFunction.CreateBuilder(args);
string? mount = Environment.GetEnvironmentVariable("MODELS_MOUNT");
var interval = TimeSpan.FromSeconds(int.Parse(app.Environment.Require("MODEL_CHECK_SECONDS"), CultureInfo.InvariantCulture));

app.Services.AddServerlessInference()
   .AddModel("objects", model => model
       .FromPointer(
           pointer => pointer.ParameterStore(app.Environment.Require("MODEL_PARAMETER")).Lifetime(interval),
           (pointer, sources) => AddSources(sources, pointer))
       .Configure(options => options.CheckInterval = interval)     // a changed parameter replaces the model
       .UseObjectDetection(options => options.MinScore = 0.25f));

// EventBridge keeps the function warm. Its event, which the rule in template.yaml defines, names the bucket and the path of the model.
app.UseWarmup(warmup => warmup.ModelLocations.Add(app.Environment.Require("MODEL_LOCATIONS")));
app.MapHttp("objects");
await app.Build().RunAsync();

void AddSources(ModelSourceChainBuilder sources, ModelPointerValue pointer)
{
    if (mount is { Length: > 0 })
    {
        sources.From(source => source.Efs(Path.Combine(mount, pointer.Path), deadline: TimeSpan.FromSeconds(2)))
            .ThenFrom(source => source.S3(pointer.Text));
    }
    else
    {
        sources.From(source => source.S3(pointer.Text));
    }
}
