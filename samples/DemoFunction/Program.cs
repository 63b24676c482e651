using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;

// Three models in one function, each with its own path and loaded with its first request. eng/demo.sh runs it.
var app = InferenceFunction.CreateBuilder(args);
string models = Path.Combine(AppContext.BaseDirectory, "models");

app.Services.AddServerlessInference()
   .AddModel("shape", model => model
       .FromFileSystem(Path.Combine(models, "shapes-resnet"))
       .Configure(options => options.Preload = false)
       .UseImageClassification(options => options.TopK = 1))
   .AddModel("scene", model => model
       .FromFileSystem(Path.Combine(models, "shapes-detector"))
       .Configure(options => options.Preload = false)
       .UseObjectDetection())
   .AddModel("question", model => model
       .FromFileSystem(Path.Combine(models, "paragraph-qa"))
       .Configure(options => options.Preload = false)
       .UseQuestionAnswering());

app.MapHttp("shape", "/shape")
   .MapHttp("scene", "/scene")
   .MapHttp("question", "/question");
await app.Build().RunAsync();
