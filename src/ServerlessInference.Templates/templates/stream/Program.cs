using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;

var app = InferenceFunction.CreateBuilder(args);

app.Services.AddServerlessInference()
   .AddModel("texts", model => model
       .FromFileSystem(Path.Combine(AppContext.BaseDirectory, "model"))
       .UseTextLabelPrediction());

app.MapKinesis("texts", results => results.To(new ResultLog(Console.Out)));
await app.Build().RunAsync();
