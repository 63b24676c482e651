using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Pipelines;
using ServerlessInference.Registration;
using ServerlessInference.Tensors;
using ServerlessInference.Vision;

namespace ServerlessInference.Parity.Tests.Classification;

/// <summary>The classification models of the reference data, registered as in an application. Each is loaded once, on first use.</summary>
public sealed class ClassificationModels : IAsyncDisposable
{
    internal const string MobileNet = "mobilenet_v2_int8";

    private ServiceProvider? _services;

    private ServiceProvider Services => _services ??= Build();

    public ValueTask DisposeAsync() => _services?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>CIFAR-10's mean and standard deviation for images of 32 x 32, which are not resized.</summary>
    internal static ImagePreprocessingOptions Cifar() => new()
    {
        Mode = ImageResizeMode.Exact,
        Width = 32,
        Height = 32,
        Mean = new ChannelValues(0.4914f, 0.4822f, 0.4465f),
        StandardDeviation = new ChannelValues(0.2471f, 0.2435f, 0.2616f),
    };

    /// <summary>ImageNet's mean and standard deviation for images that are already cropped.</summary>
    internal static ImagePreprocessingOptions Cropped()
    {
        ImagePreprocessingOptions options = ImagePreprocessingPresets.Torchvision();
        options.Mode = ImageResizeMode.Exact;
        return options;
    }

    /// <summary>Runs only the model: from the pixels of an image to logits.</summary>
    internal async Task<double[]> LogitsAsync(string model, ImageBuffer image, ImagePreprocessingOptions options)
    {
        float[] tensor = new float[3 * options.Height * options.Width];
        new ImageTensorizer(options).Write(image, tensor);
        var pipeline = Services.GetRequiredKeyedService<IInferencePipeline<NamedValues, NamedValues>>(model);
        var inputs = new NamedValues
        {
            [model == MobileNet ? "input" : "input.1"] = TensorValue.Create(tensor, 1, 3, options.Height, options.Width)
        };
        InferenceResult<NamedValues> outputs = await pipeline.RunAsync(inputs, TestContext.Current.CancellationToken);
        return Array.ConvertAll(
            Assert.IsType<TensorValue>(Assert.Single(outputs.Value).Value).Elements<float>().ToArray(), logit => (double)logit);
    }

    /// <summary>Runs the whole pipeline: from an encoded image to all labels, in descending order of probability.</summary>
    internal async Task<IReadOnlyList<LabelScore>> ClassifyAsync(string model, string image)
    {
        var pipeline = Services.GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<byte>, ImageClassification>>(model);
        byte[] encoded = File.ReadAllBytes(Reference.File(image.Split('/')));
        return (await pipeline.RunAsync(encoded, TestContext.Current.CancellationToken)).Value.Top;
    }

    private static ServiceProvider Build()
    {
        var services = new ServiceCollection();
        ServerlessInferenceBuilder inference = services.AddServerlessInference();
        Add(inference, MobileNet, options =>
        {
            options.Preprocessing = ImagePreprocessingPresets.Torchvision();
            options.LabelsFile = "imagenet_synset.txt";
            options.TopK = 1000;
        });
        foreach (string model in (ReadOnlySpan<string>)["cifar10_resnet_2b", "cifar10_resnet_4b"])
        {
            Add(inference, model, options =>
            {
                options.Preprocessing = Cifar();
                options.TopK = 10;
            });
        }

        return services.BuildServiceProvider();
    }

    private static void Add(ServerlessInferenceBuilder inference, string model, Action<ImageClassificationOptions> configure) =>
        inference.AddModel(model, builder => builder
            .FromFileSystem(Path.GetDirectoryName(Reference.File("classify", model + ".onnx"))!)
            .Configure(options =>
            {
                options.File = model + ".onnx";
                options.IntraOpThreads = 1;
            })
            .UseImageClassification(configure));
}
