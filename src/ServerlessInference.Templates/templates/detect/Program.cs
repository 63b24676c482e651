using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;

var app = InferenceFunction.CreateBuilder(args);

app.Services.AddServerlessInference()
   .AddModel("objects", model => model
       .FromFileSystem(Path.Combine(AppContext.BaseDirectory, "model"))
       .UseObjectDetection());

app.MapHttp("objects");
await app.Build().RunAsync();
