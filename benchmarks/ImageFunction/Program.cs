// The image sample with a model of one's choice: an HTTP function that classifies images. args: the model's file or folder.
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;

var app = InferenceFunction.CreateBuilder();

app.Services.AddServerlessInference()
   .AddModel("image", model => model
       .FromFileSystem(args[0])
       .UseImageClassification(options => options.TopK = 5));

app.MapHttp("image");
await app.Build().RunAsync();
