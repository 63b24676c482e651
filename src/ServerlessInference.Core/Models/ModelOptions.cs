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

    /// <summary>Gets or sets the number of threads inside an operator, of this model alone.</summary>
    /// <value>1 to 128; 0, the default, uses the threads that all models share (<see cref="ServerlessInference.Sessions.InferenceThreadOptions"/>).</value>
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

    /// <summary>Gets or sets whether models that <c>serverless-inference optimize</c> prepared are used.</summary>
    /// <value>The default is <see cref="PreparedModelUse.WhereItFits"/>.</value>
    public PreparedModelUse Prepared { get; set; } = PreparedModelUse.WhereItFits;

    /// <summary>Gets or sets a value indicating whether all bytes of a prepared model are read and compared with the digest in its record.</summary>
    /// <value>The default is <see langword="false"/>: its length, its versions and a sample of the plain model are compared, which takes microseconds.</value>
    public bool VerifyPrepared { get; set; }

    /// <summary>Gets or sets how the model reaches ONNX Runtime.</summary>
    /// <value>The default, <see cref="ModelLoading.Auto"/>, maps what can be mapped.</value>
    public ModelLoading Loading { get; set; }

    /// <summary>Gets or sets a value indicating whether ONNX Runtime rearranges weights for its kernels when it loads the model.</summary>
    /// <value>The default is <see langword="true"/>. Without, large matrix products start sooner and take less memory, but each run takes longer.</value>
    public bool Prepacking { get; set; } = true;

    /// <summary>Gets or sets how ONNX Runtime keeps the memory of a run for the next.</summary>
    /// <value>The default is <see cref="MemoryArena.Small"/>.</value>
    public MemoryArena Arena { get; set; } = MemoryArena.Small;

    /// <summary>Gets or sets a value indicating whether memory that only a large run needed is given back when small ones follow.</summary>
    /// <value>The default is <see langword="true"/>: after eight runs in a row on at most a quarter of the largest run's input.</value>
    public bool ShrinkArena { get; set; } = true;

    /// <summary>Gets the execution providers to try before the CPU's, in order of preference.</summary>
    /// <value>Empty by default: the CPU. The native library must have them; prepared models are for the CPU and not used with others.</value>
    [ValidateEnumeratedItems]
    public IList<ExecutionProviderOptions> ExecutionProviders { get; } = [];

    /// <summary>Gets the lengths of dynamic axes that a warm-up on synthetic input uses, by the axis' name in the model.</summary>
    /// <value>Such as <c>sequence_length</c>: 128. Empty by default; axes not named here get a length by what the input seems to be.</value>
    public IDictionary<string, int> WarmupAxes { get; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Gets or sets how long all sources together and the session may take.</summary>
    /// <value>Above zero, up to one day. The default is 10 minutes.</value>
    public TimeSpan LoadTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets or sets how often the source is asked for a new version while the model is in use.</summary>
    /// <value>Above zero; <see langword="null"/>, the default, never asks. A new version is loaded and takes over (<see cref="Replacement"/>).</value>
    public TimeSpan? CheckInterval { get; set; }

    /// <summary>Gets or sets by how much each interval differs from the last, so that not all functions ask at once.</summary>
    /// <value>A share, 0 to 0.5. The default is 0.1: ten percent more or less.</value>
    [Range(0.0, 0.5)]
    public double CheckJitter { get; set; } = 0.1;

    /// <summary>Gets or sets how a new version takes the place of the old one.</summary>
    /// <value>The default is <see cref="ModelReplacement.WhereMemoryAllows"/>.</value>
    public ModelReplacement Replacement { get; set; } = ModelReplacement.WhereMemoryAllows;

    /// <summary>Gets or sets how long a request waits for a check or a replacement that is under way before it takes the old model.</summary>
    /// <value>
    /// Zero to one minute. Zero, the default, makes no request wait. On Lambda nothing runs between requests: a function that is seldom
    /// called gives a replacement time only by waiting for it.
    /// </value>
    public TimeSpan ReplacementWait { get; set; }

    /// <summary>Gets or sets how much memory the model takes, for the budget and for the question whether two versions fit.</summary>
    /// <value>Bytes, above zero; <see langword="null"/>, the default, estimates 16 MiB and twice the model's files, three times while it is loaded.</value>
    public long? MemoryBytes { get; set; }

    /// <summary>Gets or sets a value indicating whether the model stays loaded, whatever the budget says (<see cref="Sessions.ModelMemoryOptions.BudgetBytes"/>).</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Pinned { get; set; }

    /// <summary>Gets the native libraries with custom operators that the model uses.</summary>
    /// <value>Names in the split package (<c>my_operators</c> or <c>libmy_operators.so</c>), or paths, relative ones from beside the program. The default is none.</value>
    public IList<string> CustomOperatorLibraries { get; } = [];

    /// <summary>Gets the sources, tried in order; used where code names none.</summary>
    [ValidateEnumeratedItems]
    public IList<ModelSourceOptions> Sources { get; } = [];
}
