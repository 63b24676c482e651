using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;

namespace ServerlessInference.Models;

/// <summary>How one model is loaded and run.</summary>
/// <remarks>
/// Read from the configuration section <c>ServerlessInference:Models:NAME</c> (environment: <c>ServerlessInference__Models__NAME__MaxBatchSize</c>
/// and so on), then set by code, which has the last word.
/// </remarks>
public sealed class ModelOptions
{
    /// <summary>Gets or sets the model's file among those that the source gives.</summary>
    /// <value>A name such as <c>onnx/model_quantized.onnx</c>; <see langword="null"/>, the default, takes <c>model.onnx</c> or the only model there is.</value>
    public string? File { get; set; }

    /// <summary>Gets or sets a value indicating whether the model is loaded at start rather than by the first request.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Preload { get; set; } = true;

    /// <summary>Gets or sets how many inputs are run together at most.</summary>
    /// <value>1 to 4,096. The default is 16. Where the model's batch axis has a fixed length, that length is the limit. Set 1 for a model without a batch axis.</value>
    [Range(1, 4096)]
    public int MaxBatchSize { get; set; } = 16;

    /// <summary>Gets or sets the number of threads inside an operator.</summary>
    /// <value>1 to 128; 0, the default, takes the host's choice: on Lambda from the function's memory, elsewhere one for each processor.</value>
    [Range(0, 128)]
    public int IntraOpThreads { get; set; }

    /// <summary>Gets or sets the number of operators that run side by side.</summary>
    /// <value>1 to 128. The default is 1, which runs them in order.</value>
    [Range(1, 128)]
    public int InterOpThreads { get; set; } = 1;

    /// <summary>Gets or sets a value indicating whether idle threads spin for work.</summary>
    /// <value>The default is <see langword="false"/>: spinning burns the CPU share that a function pays for.</value>
    public bool AllowSpinning { get; set; }

    /// <summary>Gets or sets how far ONNX Runtime optimises the graph when it loads the model.</summary>
    /// <value>The default is <see cref="GraphOptimizationLevel.ORT_ENABLE_ALL"/>.</value>
    public GraphOptimizationLevel GraphOptimization { get; set; } = GraphOptimizationLevel.ORT_ENABLE_ALL;

    /// <summary>Gets or sets how long all sources together and the session may take.</summary>
    /// <value>Above zero, up to one day. The default is 10 minutes.</value>
    public TimeSpan LoadTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets the native libraries with custom operators that the model uses.</summary>
    /// <value>Names in the split package (<c>my_operators</c> or <c>libmy_operators.so</c>), or paths, relative ones from beside the program. The default is none.</value>
    public IList<string> CustomOperatorLibraries { get; } = [];

    /// <summary>Gets the sources, tried in order; used where code names none.</summary>
    [ValidateEnumeratedItems]
    public IList<ModelSourceOptions> Sources { get; } = [];
}
