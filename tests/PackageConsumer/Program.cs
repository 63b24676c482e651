using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;
using ServerlessInference.Testing;
using ServerlessInference.Vision;

// args: the model's folder, an image
var app = InferenceFunction.CreateBuilder([]);

app.Services.AddServerlessInference()
   .AddModel("shapes", model => model
       .FromLayer("not-here")
       .ThenFrom(source => source.Efs(args[0], deadline: TimeSpan.FromSeconds(5)))
       .UseImageClassification(options => options.TopK = 1));

app.MapHttp("shapes");

// Where a function would await app.Build().RunAsync(), this asks it in memory.
await using var function = await InMemoryFunction.StartAsync(app);
InvocationResult answer = await function.InvokeAsync(LambdaEvents.HttpApi("POST", "/", await File.ReadAllBytesAsync(args[1])));
Console.WriteLine(answer.ReadHttp().ReadJson().GetProperty("result").GetProperty("top")[0].GetProperty("label").GetString());
