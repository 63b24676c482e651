// Loads a model into a store as a function would at its start, and prints the digest of what it got. Arguments: URI, folder of the store.
// For s3: URIs SERVERLESS_INFERENCE_S3_ENDPOINT and _REGION say where the server is, and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY who asks.
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Models;
using ServerlessInference.Models.Store;

var services = new ServiceCollection();
services.Configure<ModelStoreOptions>(options => options.Root = args[1]);
services.AddServerlessInference()
    .AddS3Models(options =>
    {
        options.Endpoint = Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_S3_ENDPOINT");
        options.Region = Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_S3_REGION");
        options.ForcePathStyle = options.Endpoint is not null;
    })
    .AddModel("model", model => model.From(source => source.Uri(args[0])));
await using ServiceProvider provider = services.BuildServiceProvider();

IModelSource source = provider.GetRequiredKeyedService<IModelSource>("model");
using ModelArtifact artifact = await source.LoadAsync();
await using FileStream file = File.OpenRead(artifact.GetModelFile().PhysicalPath!);
Console.WriteLine(Convert.ToHexStringLower(await SHA256.HashDataAsync(file)));
