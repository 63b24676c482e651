using System.Text;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Tokenizers.Tests;

namespace ServerlessInference.Text.Tests.Support;

/// <summary>Models without a session, for pre- and postprocessors.</summary>
internal static class TestModels
{
    internal static LoadedModel Create(
        IReadOnlyList<ValueDescription> inputs, IReadOnlyList<ValueDescription> outputs, params (string Name, string Content)[] files)
    {
        var all = files.Select(static file => ModelFile.InMemory(file.Name, Encoding.UTF8.GetBytes(file.Content))).ToList();
        if (!files.Any(static file => file.Name == "vocab.txt"))
        {
            all.Add(ModelFile.InMemory("vocab.txt", TestVocabulary.Bytes));
        }

        return new LoadedModel(
            new ModelIdentity("test", "1", "memory"), new ModelDescription(inputs, outputs), new ModelArtifact("memory", "1", all));
    }

    internal static ValueDescription[] BertInputs(TensorElementType type = TensorElementType.Int64, long batch = -1, long length = -1) =>
    [
        new("input_ids", ValueKind.Tensor, type, [batch, length]),
        new("attention_mask", ValueKind.Tensor, type, [batch, length]),
        new("token_type_ids", ValueKind.Tensor, type, [batch, length]),
    ];

    internal static ValueDescription Floats(string name, params long[] shape) =>
        new(name, ValueKind.Tensor, TensorElementType.Float, shape);
}
