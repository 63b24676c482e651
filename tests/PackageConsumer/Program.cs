using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;
using ServerlessInference.Testing;
using ServerlessInference.Vision;

// args: the model's folder, an image
var app = InferenceFunction.CreateBuilder(args);

app.Services.AddServerlessInference()
   .AddModel("shapes", model => model
       .FromLayer("not-here")
       .ThenFrom(source => source.FileSystem(args[0], deadline: TimeSpan.FromSeconds(5)))
       .UseImageClassification(options => options.TopK = 1));

app.MapHttp("shapes");

// Where a function would await app.Build().RunAsync(), this asks it in memory.
Console.WriteLine("replaced when the Testing package is merged");
