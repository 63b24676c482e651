using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime;
using ServerlessInference;
using ServerlessInference.Lambda;

var app = InferenceFunction.CreateBuilder(args);

app.Services.AddServerlessInference()
   .AddModel("shapes", model => model
       .FromLayer("not-here")
       .ThenFrom(source => source.Efs(Path.Combine(AppContext.BaseDirectory, "shapes"), deadline: TimeSpan.FromSeconds(5)))
       .UseImageClassification(options => options.TopK = 1));

app.MapHttp("shapes");

// Every other event is answered with the versions of ONNX Runtime that are loaded: that of the native library, which it reports itself, and
// that of the assembly.
app.MapHandler((_, _, _) => ValueTask.FromResult<ReadOnlyMemory<byte>>(
    Encoding.UTF8.GetBytes($"\"{OrtEnv.Instance().GetVersionString()} {typeof(OrtEnv).Assembly.GetName().Version}\"")));

await app.Build().RunAsync();
