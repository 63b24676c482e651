using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Parity.Tests.Text;

/// <summary>Writes small transformers with the inputs of RoBERTa (ids and mask, no type ids), its positions, one attention layer, and
/// random weights.</summary>
internal static class TransformerModel
{
    private const int Size = 16;
    private const int Positions = 514;
    private const int PadId = 1;

    /// <summary>Writes a model that gives start and end logits for each token.</summary>
    internal static byte[] QuestionAnswering(int vocabulary) => Write(vocabulary, static graph => graph
        .Weights("head", Random(6, Size * 2, 3), Size, 2)
        .Weights("last_axis", new[] { 2L }, 1)
        .Node("MatMul", ["hidden", "head"], ["logits"])
        .Node("Split", ["logits"], ["start_column", "end_column"], null, ("axis", 2L))
        .Node("Squeeze", ["start_column", "last_axis"], ["start_logits"])
        .Node("Squeeze", ["end_column", "last_axis"], ["end_logits"])
        .Output("start_logits", TensorElementType.Float, "n", "length")
        .Output("end_logits", TensorElementType.Float, "n", "length"));

    /// <summary>Writes a model that gives three logits for the first token.</summary>
    internal static byte[] Classification(int vocabulary) => Write(vocabulary, static graph => graph
        .Weights("head", Random(7, Size * 3, 2), Size, 3)
        .Weights("first", new[] { 0L })
        .Node("Gather", ["hidden", "first"], ["class_vector"], null, ("axis", 1L))
        .Node("MatMul", ["class_vector", "head"], ["logits"])
        .Output("logits", TensorElementType.Float, "n", 3));

    /// <summary>Writes a model that gives a vector for each token.</summary>
    internal static byte[] Vectors(int vocabulary) => Write(vocabulary, static graph => graph
        .Node("Identity", ["hidden"], ["last_hidden_state"])
        .Output("last_hidden_state", TensorElementType.Float, "n", "length", Size));

    private static byte[] Write(int vocabulary, Action<OnnxGraphBuilder> addHead)
    {
        var model = new OnnxModelBuilder();
        OnnxGraphBuilder graph = model.Graph;
        graph.Input("input_ids", TensorElementType.Int64, "n", "length")
            .Input("attention_mask", TensorElementType.Int64, "n", "length");
        AddEmbeddings(graph, vocabulary);
        AddAttention(graph);
        addHead(graph);
        return model.Build();
    }

    /// <summary>Adds the vectors of words and positions. Positions count the tokens that are not padding, from the padding id on.</summary>
    private static void AddEmbeddings(OnnxGraphBuilder graph, int vocabulary) => graph
        .Weights("words", Random(1, vocabulary * Size, 1), vocabulary, Size)
        .Weights("places", Random(2, Positions * Size, 0.5f), Positions, Size)
        .Weights("pad", new[] { (long)PadId })
        .Weights("length_axis", new[] { 1L })
        .Node("Equal", ["input_ids", "pad"], ["is_pad"])
        .Node("Not", ["is_pad"], ["is_token"])
        .Node("Cast", ["is_token"], ["token_count"], null, ("to", (long)TensorElementType.Int64))
        .Node("CumSum", ["token_count", "length_axis"], ["count"])
        .Node("Mul", ["count", "token_count"], ["counted"])
        .Node("Add", ["counted", "pad"], ["position"])
        .Node("Gather", ["words", "input_ids"], ["word_vectors"])
        .Node("Gather", ["places", "position"], ["place_vectors"])
        .Node("Add", ["word_vectors", "place_vectors"], ["embedded"]);

    private static void AddAttention(OnnxGraphBuilder graph) => graph
        .Weights("query_weights", Random(3, Size * Size, 0.5f), Size, Size)
        .Weights("key_weights", Random(4, Size * Size, 0.5f), Size, Size)
        .Weights("value_weights", Random(5, Size * Size, 0.5f), Size, Size)
        .Weights("one", new[] { 1f })
        .Weights("very_low", new[] { -10000f })
        .Weights("query_axis", new[] { 1L }, 1)
        .Node("MatMul", ["embedded", "query_weights"], ["query"])
        .Node("MatMul", ["embedded", "key_weights"], ["key"])
        .Node("MatMul", ["embedded", "value_weights"], ["value"])
        .Node("Transpose", ["key"], ["key_columns"], null, ("perm", new[] { 0L, 2L, 1L }))
        .Node("MatMul", ["query", "key_columns"], ["scores"])
        .Node("Cast", ["attention_mask"], ["mask"], null, ("to", (long)TensorElementType.Float))
        .Node("Sub", ["one", "mask"], ["hidden_tokens"])
        .Node("Mul", ["hidden_tokens", "very_low"], ["bias"])
        .Node("Unsqueeze", ["bias", "query_axis"], ["row_bias"])
        .Node("Add", ["scores", "row_bias"], ["masked"])
        .Node("Softmax", ["masked"], ["attention"], null, ("axis", -1L))
        .Node("MatMul", ["attention", "value"], ["attended"])
        .Node("Add", ["embedded", "attended"], ["hidden"]);

    private static float[] Random(int seed, int count, float scale)
    {
        var random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = ((random.NextSingle() * 2) - 1) * scale;
        }

        return values;
    }
}
