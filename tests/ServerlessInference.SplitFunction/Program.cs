// A function whose model comes from a split package, and whose native libraries may: the tests and "eng/checks/aot.sh split" split it.
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;

var app = InferenceFunction.CreateBuilder(args);
#if NATIVE
app.UseSplitPackage();
#else
app.UseSplitPackageAssemblies();
#endif
app.Services.AddServerlessInference()
   .AddModel("shapes", model => model
       .FromSplitPackage("models/shapes")
       .UseImageClassification(options => options.TopK = 3));

app.MapHttp("shapes");
await app.Build().RunAsync();
