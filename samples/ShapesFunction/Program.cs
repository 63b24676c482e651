using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;

var app = InferenceFunction.CreateBuilder(args);

app.Services.AddServerlessInference()
   .AddModel("shapes", model => model
       .FromEmbeddedResource(typeof(Program).Assembly, "shapes/")
       .UseImageClassification(options => options.TopK = 3));

app.MapHttp("shapes");
await app.Build().RunAsync();
