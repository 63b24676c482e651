// A program with a service collection and no host: classifies an image, prints the label and then waits for the end of standard input.
// Arguments: the folder of an image model, an image.
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.Vision;

var services = new ServiceCollection();
services.AddServerlessInference().AddModel("images", model => model.FromFileSystem(args[0]).UseImageClassification());
await using ServiceProvider provider = services.BuildServiceProvider();
var pipeline = provider.GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<byte>, ImageClassification>>("images");
InferenceResult<ImageClassification> result = await pipeline.RunAsync(await File.ReadAllBytesAsync(args[1]));
Console.WriteLine(result.Value.Top[0].Label);
while (Console.ReadLine() is not null)
{
    // Only the end of the input matters.
}
