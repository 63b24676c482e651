using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;
using ServerlessInference.Vision;

// Finds objects in images. Parameter Store says where the model is (s3://bucket/yolo/v3/); the file system has the same folders
// and is asked first, because it is nearer; S3 takes over when it is slow or away.
var app = InferenceFunction.CreateBuilder(args);
string mount = Variable("MODELS_MOUNT");
var interval = TimeSpan.FromSeconds(int.Parse(Variable("MODEL_CHECK_SECONDS"), CultureInfo.InvariantCulture));

app.Services.AddServerlessInference()
   .AddModel("objects", model => model
       .FromPointer(
           pointer => pointer.ParameterStore(Variable("MODEL_PARAMETER")).Lifetime(interval),
           (where, sources) => sources
               .From(source => source.Efs(Path.Combine(mount, where.Path), deadline: TimeSpan.FromSeconds(2)))
               .ThenFrom(source => source.S3(where.Text)))
       .Configure(options => options.CheckInterval = interval)     // a changed parameter replaces the model
       .UseObjectDetection(options => options.MinScore = 0.25f));

// EventBridge keeps the function warm; its event names the bucket and the path of the model, as the rule in template.yaml has it.
app.UseWarmup(warmup => warmup.ModelLocations.Add(Variable("MODEL_LOCATIONS")));
app.MapHttp("objects");
await app.Build().RunAsync();

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"The environment variable {name} is missing; template.yaml sets it.");
