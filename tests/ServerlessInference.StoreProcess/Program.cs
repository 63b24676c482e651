// Loads a model into a store as a function would at its start, and prints the digest of what it got. Arguments: URI, folder of the store.
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Models;
using ServerlessInference.Models.Store;

var services = new ServiceCollection();
services.Configure<ModelStoreOptions>(options => options.Root = args[1]);
services.AddServerlessInference().AddModel("model", model => model.From(source => source.Uri(args[0])));
await using ServiceProvider provider = services.BuildServiceProvider();

IModelSource source = provider.GetRequiredKeyedService<IModelSource>("model");
using ModelArtifact artifact = await source.LoadAsync();
await using FileStream file = File.OpenRead(artifact.GetModelFile().PhysicalPath!);
Console.WriteLine(Convert.ToHexStringLower(await SHA256.HashDataAsync(file)));
