using System.Text;

namespace ServerlessInference.Models.Graphs;

/// <summary>The operators of an ONNX model, read from its file without its weights.</summary>
/// <remarks>
/// <para>Only the nodes of the main graph are kept. Weights are skipped without being read, so that a model of any size is inspected in
/// about a millisecond. Nodes in the branches of <c>If</c> and <c>Loop</c> and in the functions of the model count for
/// <see cref="HasDynamicQuantization"/> only.</para>
/// <para>Immutable and thread-safe. Source of the format: onnx.proto of ONNX 1.17.</para>
/// </remarks>
/// <example><code>
/// ModelGraph? graph = ModelGraph.TryRead(model.Artifact.GetModelFile());
/// bool hasScores = graph?.GetActivation("output0") is OutputActivation.Softmax or OutputActivation.Sigmoid;
/// </code></example>
internal sealed class ModelGraph
{
    /// <summary>
    /// A model with a longer chain of reshaping operators behind its activation does not exist; a damaged file may have a circle.
    /// </summary>
    private const int MaxChain = 64;

    private readonly NodeList _nodes;
    private readonly ClassicalAttributes _attributes;

    internal ModelGraph(NodeList nodes, bool hasDynamicQuantization, ClassicalAttributes attributes)
    {
        _nodes = nodes;
        _attributes = attributes;
        HasDynamicQuantization = hasDynamicQuantization;
    }

    /// <summary>Gets the number of operators in the main graph.</summary>
    public int NodeCount => _nodes.Count;

    /// <summary>Gets a value indicating whether the model quantizes activations by their range at run time.</summary>
    /// <remarks>The scale is computed over the whole tensor, so an input's answer depends on the other inputs of its batch and on
    /// their padding (ONNX operator <c>DynamicQuantizeLinear</c> and ONNX Runtime's fused forms of it).</remarks>
    public bool HasDynamicQuantization { get; }

    /// <summary>Reads the graph of a model.</summary>
    /// <param name="file">The model's file.</param>
    /// <returns>The graph; <see langword="null"/> if the file is not an <c>.onnx</c> file, is damaged, or has more than 64 MiB of
    /// operators.</returns>
    /// <exception cref="ModelLoadException">The file cannot be read.</exception>
    public static ModelGraph? TryRead(ModelFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!file.Name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        using var content = GraphContent.Open(file);
        return new GraphReader(content).TryRead();
    }

    /// <summary>Finds the operator that writes a value.</summary>
    /// <param name="value">The value's name, such as the name of an output.</param>
    /// <returns>The operator; <see langword="null"/> for inputs, weights and unknown names.</returns>
    public GraphNode? FindProducer(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        int index = _nodes.FindProducer(Encoding.UTF8.GetBytes(value));
        return index < 0 ? null : _nodes.Read(index);
    }

    /// <summary>Collects what remains of interest when the graph itself is not kept.</summary>
    /// <param name="outputs">The names of the model's outputs.</param>
    public GraphSummary Summarize(IReadOnlyList<string> outputs)
    {
        var summaries = new OutputSummary[outputs.Count];
        for (int i = 0; i < summaries.Length; i++)
        {
            summaries[i] = new OutputSummary(outputs[i], GetActivation(outputs[i]));
        }

        return new GraphSummary(summaries, HasDynamicQuantization)
        {
            ClassNames = _attributes.ClassNames,
            DropsOtherLetters = _attributes.DropsOtherLetters,
        };
    }

    /// <summary>
    /// Finds the activation of an output, through operators that change its shape or type but not the meaning of its values.
    /// </summary>
    /// <param name="output">The output's name.</param>
    /// <returns>The activation; <see cref="OutputActivation.Unknown"/> if no operator writes <paramref name="output"/>.</returns>
    public OutputActivation GetActivation(string output)
    {
        GraphNode? node = FindProducer(output);
        return node is null ? OutputActivation.Unknown : GetActivation(node, 0);
    }

    private OutputActivation GetActivation(GraphNode node, int depth)
    {
        switch (node.Operator)
        {
            case "Softmax" or "QLinearSoftmax" or "aten_softmax" or "aten_softmax_no_dtype":
                return OutputActivation.Softmax;
            case "LogSoftmax" or "aten_log_softmax":
                return OutputActivation.LogSoftmax;
            case "Sigmoid" or "QLinearSigmoid" or "HardSigmoid" or "aten_sigmoid":
                return OutputActivation.Sigmoid;
            case "If" or "Loop" or "Scan":
                return OutputActivation.Unknown;
            case "GlobalAveragePool" or "GlobalMaxPool" or "AveragePool" or "ReduceMean":
                // The mean of probabilities, as ensembles compute it, is one of probabilities.
                return PoolsFeatures(node) ? OutputActivation.Pooled : GetInputActivation(node, depth);
            case "Div":
                return IsSoftmaxInParts(node) ? OutputActivation.Softmax : OutputActivation.None;
            case "Concat" or "Mean":
                return GetCommonActivation(node.Inputs, depth);
            case "Identity" or "Reshape" or "Cast" or "CastLike" or "Squeeze" or "Unsqueeze" or "Flatten" or "Transpose" or "Dropout"
                or "Slice" or "Gather" or "Split" or "Clip" or "QuantizeLinear" or "DequantizeLinear" or "ZipMap":
                return GetInputActivation(node, depth);
            default:
                return OutputActivation.None;
        }
    }

    private OutputActivation GetInputActivation(GraphNode node, int depth) =>
        GetCommonActivation([node.Inputs.Count > 0 ? node.Inputs[0] : string.Empty], depth);

    private OutputActivation GetCommonActivation(IReadOnlyList<string> values, int depth)
    {
        OutputActivation? common = null;
        foreach (string value in values)
        {
            OutputActivation found =
                depth < MaxChain && FindProducer(value) is { } producer ? GetActivation(producer, depth + 1) : OutputActivation.None;
            if (common is { } first && first != found)
            {
                return OutputActivation.None;
            }

            common = found;
        }

        return common ?? OutputActivation.None;
    }

    // A backbone ends in a residual sum, a normalisation or the activation of one. SqueezeNet pools too, but the classes of a convolution.
    private bool PoolsFeatures(GraphNode pooling)
    {
        GraphNode? pooled = pooling.Inputs.Count > 0 ? FindProducer(pooling.Inputs[0]) : null;
        if (pooled is { Operator: "Relu", Inputs.Count: > 0 })
        {
            pooled = FindProducer(pooled.Inputs[0]);
        }

        return pooled?.Operator is "Add" or "Sum" or "Mul" or "Clip" or "Concat" or "HardSwish" or "BatchNormalization"
            or "LayerNormalization";
    }

    // Older exporters write a softmax as Exp(x) / ReduceSum(Exp(x)).
    private bool IsSoftmaxInParts(GraphNode division) =>
        division.Inputs.Count == 2
        && FindProducer(division.Inputs[0]) is { Operator: "Exp" }
        && FindProducer(division.Inputs[1]) is { Operator: "ReduceSum", Inputs: { Count: > 0 } summed }
        && summed[0] == division.Inputs[0];
}
