using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;

// Answers questions about a text. The model comes out of an archive on S3 straight into memory: nothing of it touches the disk.
var app = InferenceFunction.CreateBuilder(args);

app.Services.AddServerlessInference()
   .AddModel("qa", model => model
       .From(source => source.S3(Variable("MODEL_URI"), s3 => s3.Transfer.InMemory = true))
       .Configure(options => options.Prepacking = false)     // ONNX Runtime then runs on the weights in place instead of on a copy of them
       .UseQuestionAnswering(options => options.TopK = 1));

app.MapHttp("qa", "/answer")
   .UseCors(cors => cors.Origins.Add(Variable("ALLOWED_ORIGIN")));
await app.Build().RunAsync();

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"The environment variable {name} is missing; template.yaml sets it.");
