using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;

var app = InferenceFunction.CreateBuilder(args);

app.Services.AddServerlessInference()
   .AddModel("images", model => model
       .FromFileSystem(Path.Combine(AppContext.BaseDirectory, "model"))
       .UseImageClassification(options => options.TopK = 3));

app.MapHttp("images");
await app.Build().RunAsync();
