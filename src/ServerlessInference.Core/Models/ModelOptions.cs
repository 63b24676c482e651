using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;

namespace ServerlessInference.Models;

/// <summary>How one model is loaded and run.</summary>
/// <remarks>
/// Options are read from the configuration section <c>ServerlessInference:Models:NAME</c> first (as an environment variable, for example
/// <c>ServerlessInference__Models__NAME__MaxBatchSize</c>). Code that sets options runs afterwards and wins.
/// </remarks>
/// <example>
/// <code>
/// services.AddServerlessInference().AddModel("iris", model =&gt; model
///     .FromFileSystem("/models/iris")
///     .Configure(options =&gt;
///     {
///         options.MaxBatchSize = 64;
///         options.CheckInterval = TimeSpan.FromMinutes(1);
///     }));
/// </code>
/// </example>
public sealed class ModelOptions
{
    private const int DefaultMaxBatchSize = 16;

    private int? _maxBatchSize;

    /// <summary>Gets or sets which of the source's files is the model.</summary>
    /// <value>
    /// A name such as <c>onnx/model_quantized.onnx</c>; <see langword="null"/>, the default, for <c>model.onnx</c> or the only model there
    /// is.
    /// </value>
    public string? File { get; set; }

    /// <summary>Gets or sets a value indicating whether the model is loaded at start-up instead of by the first request.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Preload { get; set; } = true;

    /// <summary>Gets or sets the maximum number of inputs in one run of the model.</summary>
    /// <value>
    /// 1 to 4,096. The default is 16, and 1 for dynamically quantised models, because their answers depend on the other inputs of a run.
    /// If the model's batch axis has a fixed length, that length is the limit. Set 1 for a model without a batch axis.
    /// </value>
    [Range(1, 4096)]
    public int MaxBatchSize
    {
        get => _maxBatchSize ?? DefaultMaxBatchSize;
        set => _maxBatchSize = value;
    }

    /// <summary>Gets or sets the number of threads that run one operator, for this model alone.</summary>
    /// <value>
    /// 1 to 128; 0, the default, uses the threads that all models share
    /// (<see cref="ServerlessInference.Sessions.InferenceThreadOptions"/>).
    /// </value>
    [Range(0, 128)]
    public int IntraOpThreads { get; set; }

    /// <summary>Gets or sets the number of operators that run in parallel.</summary>
    /// <value>1 to 128. The default is 1, which runs them in sequence.</value>
    [Range(1, 128)]
    public int InterOpThreads { get; set; } = 1;

    /// <summary>Gets or sets a value indicating whether idle threads spin while they wait for work.</summary>
    /// <value>The default is <see langword="false"/>, because spinning consumes the CPU time that the process pays for.</value>
    public bool AllowSpinning { get; set; }

    /// <summary>Gets or sets how much ONNX Runtime optimises the graph when it loads the model.</summary>
    /// <value>The default is <see cref="GraphOptimizationLevel.ORT_ENABLE_ALL"/>.</value>
    public GraphOptimizationLevel GraphOptimization { get; set; } = GraphOptimizationLevel.ORT_ENABLE_ALL;

    /// <summary>Gets or sets whether models prepared by <c>serverless-inference optimize</c> are used.</summary>
    /// <value>The default is <see cref="PreparedModelUse.IfAvailable"/>.</value>
    public PreparedModelUse Prepared { get; set; } = PreparedModelUse.IfAvailable;

    /// <summary>Gets or sets how much of a prepared model is compared with its record before it is used.</summary>
    /// <value>
    /// The default is <see langword="null"/>: all bytes of the prepared model are compared with a checksum, and a sample of the plain model
    /// with the one in the record. <see langword="true"/> compares the SHA-256 digests of both as well. <see langword="false"/> compares
    /// only lengths, versions and the sample; a damaged file may then exhaust the memory or give wrong answers.
    /// </value>
    public bool? VerifyPrepared { get; set; }

    /// <summary>Gets or sets how the model's bytes are passed to ONNX Runtime.</summary>
    /// <value>The default, <see cref="ModelLoading.Auto"/>, memory-maps the model if that is possible.</value>
    public ModelLoading Loading { get; set; }

    /// <summary>Gets or sets a value indicating whether ONNX Runtime rearranges weights for its kernels when it loads the model.</summary>
    /// <value>
    /// The default is <see langword="true"/>. Without prepacking, models with large matrix products load faster and use less memory, but
    /// each run takes longer.
    /// </value>
    public bool Prepacking { get; set; } = true;

    /// <summary>Gets or sets how ONNX Runtime reuses memory from one run to the next.</summary>
    /// <value>The default is <see cref="MemoryArena.Small"/>.</value>
    public MemoryArena Arena { get; set; } = MemoryArena.Small;

    /// <summary>Gets or sets a value indicating whether memory needed only by a large run is released when smaller runs follow.</summary>
    /// <value>
    /// The default is <see langword="true"/>: memory is released after eight consecutive runs whose input was at most a quarter of the
    /// largest run's.
    /// </value>
    public bool ShrinkArena { get; set; } = true;

    /// <summary>Gets the execution providers to try before the CPU, in order of preference.</summary>
    /// <value>
    /// Empty by default, which means the CPU. The native library must contain the providers. Prepared models are made for the CPU and are
    /// not used with other providers.
    /// </value>
    [ValidateEnumeratedItems]
    public IList<ExecutionProviderOptions> ExecutionProviders { get; } = [];

    /// <summary>Gets the lengths of dynamic axes for a warm-up on synthetic input, by the name of the axis in the model.</summary>
    /// <value>
    /// For example <c>sequence_length</c> = 128. Empty by default; the length of an axis that is not listed is guessed from what the input
    /// appears to be.
    /// </value>
    public IDictionary<string, int> WarmupAxes { get; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Gets or sets the time limit for loading the model: all sources together, and creating the session.</summary>
    /// <value>Above zero, up to one day. The default is 10 minutes.</value>
    public TimeSpan LoadTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets or sets how often the source is checked for a new version while the model is in use.</summary>
    /// <value>
    /// Above zero, up to 30 days; <see langword="null"/>, the default, never checks. A new version is loaded and replaces the old one as
    /// <see cref="Replacement"/> says.
    /// </value>
    public TimeSpan? CheckInterval { get; set; }

    /// <summary>
    /// Gets or sets the random variation of <see cref="CheckInterval"/>, which keeps many processes from checking at once.
    /// </summary>
    /// <value>A fraction of the interval, 0 to 0.5. The default is 0.1, which is ten percent more or less.</value>
    [Range(0.0, 0.5)]
    public double CheckJitter { get; set; } = 0.1;

    /// <summary>Gets or sets how a new version replaces the old one.</summary>
    /// <value>The default is <see cref="ModelReplacement.Auto"/>.</value>
    public ModelReplacement Replacement { get; set; } = ModelReplacement.Auto;

    /// <summary>Gets or sets how long a request waits for a running check or replacement before it uses the old version.</summary>
    /// <value>
    /// Zero to one minute. Zero, the default, means that no request waits. An environment that is frozen between requests, as AWS Lambda
    /// freezes functions, makes progress with a replacement only while a request waits for it.
    /// </value>
    public TimeSpan ReplacementWait { get; set; }

    /// <summary>Gets or sets how much memory the model needs, for the memory budget and for deciding whether two versions fit.</summary>
    /// <value>
    /// Bytes, above zero; <see langword="null"/>, the default, estimates 16 MiB plus twice the size of the model's files, or three times
    /// while the model is being loaded.
    /// </value>
    public long? MemoryBytes { get; set; }

    /// <summary>Gets or sets a value indicating whether the model stays loaded even if the memory budget is exceeded.</summary>
    /// <value>The default is <see langword="false"/>. The budget is <see cref="Sessions.ModelMemoryOptions.BudgetBytes"/>.</value>
    public bool Pinned { get; set; }

    /// <summary>Gets the native libraries with custom operators that the model uses.</summary>
    /// <value>
    /// Names within the split package (<c>my_operators</c> or <c>libmy_operators.so</c>), or paths; relative paths start at the program's
    /// directory. Empty by default.
    /// </value>
    public IList<string> CustomOperatorLibraries { get; } = [];

    /// <summary>Gets the sources, tried in order. They are ignored if code names a source.</summary>
    [ValidateEnumeratedItems]
    public IList<ModelSourceOptions> Sources { get; } = [];

    /// <summary>Gets whether the application has set <see cref="MaxBatchSize"/>.</summary>
    internal bool HasMaxBatchSize => _maxBatchSize is not null;
}
