// Loads a model into a store as a function does when it starts, and prints the content's digest. Arguments: the URI, the store's folder,
// and optionally the URI of a small model of the same kind, which is loaded first. The program then prints 'ready' and waits for a line, so
// that its memory can be measured from outside.
// SERVERLESS_INFERENCE_SPLIT_MANIFEST names the manifest of a split package, from which package: URIs then come.
// For s3: URIs, SERVERLESS_INFERENCE_S3_ENDPOINT and _REGION name the server, and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are the
// credentials.
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Models;
using ServerlessInference.Registration;

var services = new ServiceCollection();
services.Configure<ModelStoreOptions>(options =>
{
    options.Root = args[1];
    options.MaxBytes =
        long.TryParse(Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_STORE_MAX_BYTES"), out long most) ? most : null;
});
ServerlessInferenceBuilder builder = services.AddServerlessInference()
    .AddS3Models(options =>
    {
        options.Endpoint = Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_S3_ENDPOINT");
        options.Region = Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_S3_REGION");
        options.ForcePathStyle = options.Endpoint is not null;
    })
    .AddModel("model", model => model.From(source => source.Uri(args[0])));
if (Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_SPLIT_MANIFEST") is { Length: > 0 } manifest)
{
    builder.AddSplitPackage(options => options.Manifest = manifest);
}

if (args.Length > 2)
{
    builder.AddModel("small", model => model.From(source => source.Uri(args[2])));
}

await using ServiceProvider provider = services.BuildServiceProvider();
if (args.Length > 2)
{
    // What the runtime and the code themselves take is there afterwards.
    using (ModelArtifact small = await provider.GetRequiredKeyedService<IModelSource>("small").LoadAsync())
    {
        GC.Collect();
    }

    Console.WriteLine("ready");
    Console.ReadLine();
}

IModelSource source = provider.GetRequiredKeyedService<IModelSource>("model");
using ModelArtifact artifact = await source.LoadAsync();
if (args.Length > 2)
{
    Console.WriteLine("loaded");
    Console.ReadLine();
}

await using FileStream file = File.OpenRead(artifact.GetModelFile().PhysicalPath!);
Console.WriteLine(Convert.ToHexStringLower(await SHA256.HashDataAsync(file)));
