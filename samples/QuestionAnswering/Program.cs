using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Lambda;

// Answers questions about a text. The model is loaded from an archive in S3 straight into memory, without writing it to a disk.
var app = InferenceFunction.CreateBuilder(args);

app.Services.AddServerlessInference()
   .AddModel("qa", model => model
       .From(source => source.S3(app.Environment.Require("MODEL_URI"), s3 => s3.Transfer.InMemory = true))
       .Configure(options => options.Prepacking = false)     // ONNX Runtime uses the weights in place, without a rearranged copy
       .UseQuestionAnswering(options => options.TopK = 1));

app.MapHttp("qa", "/answer")
   .UseCors(cors => cors.Origins.Add(app.Environment.Require("ALLOWED_ORIGIN")));
await app.Build().RunAsync();
