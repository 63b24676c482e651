using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;

var app = InferenceFunction.CreateBuilder(args);

app.Services.AddServerlessInference()
   .AddModel("questions", model => model
       .FromFileSystem(Path.Combine(AppContext.BaseDirectory, "model"))
       .UseQuestionAnswering());

app.MapHttp("questions")
   .UseCors(cors => cors.Origins.Add("https://www.example.com"));
await app.Build().RunAsync();
