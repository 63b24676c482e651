using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime;
using ServerlessInference;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace SessionBenchmark;

/// <summary>A model loaded in one of the ways, with a fixed input to run it on.</summary>
internal sealed class LoadedSession : IAsyncDisposable
{
    private readonly InferenceSession? _session;
    private readonly ServiceProvider? _services;
    private readonly IInferencePipeline<NamedValues, NamedValues>? _pipeline;
    private readonly byte[]? _pinned;
    private readonly NamedValues? _values;
    private readonly OrtValue? _input;
    private readonly RunOptions _options = new();

    private LoadedSession(InferenceSession session, byte[]? pinned)
    {
        _session = session;
        _pinned = pinned;
        long[] shape = [.. session.InputMetadata[session.InputNames[0]].Dimensions.Select(axis => axis < 0 ? 1L : axis)];
        _input = OrtValue.CreateTensorValueFromMemory(Numbers(shape), shape);
    }

    private LoadedSession(ServiceProvider services, ValueDescription input)
    {
        _services = services;
        _pipeline = services.GetRequiredService<IInferencePipeline<NamedValues, NamedValues>>();
        long[] shape = [.. input.Shape.ToArray().Select(axis => axis < 0 ? 1L : axis)];
        _values = new NamedValues { [input.Name] = TensorValue.Create(Numbers(shape), shape) };
    }

    /// <summary>Gets how long the library took for the session alone, in milliseconds, once it has run; of bare sessions nothing.</summary>
    public double? SessionTime { get; private set; }

    /// <summary>Gets the ways, the default first.</summary>
    public static IReadOnlyList<string> Ways { get; } =
    [
        "onnx-path", "onnx-bytes", "ort-path", "ort-in-place", "library-plain",
        "library-prepared", "library-prepared-memory", "library-any", "library-unpacked",
    ];

    public static async Task<LoadedSession> LoadAsync(string way, string folder)
    {
        string model = Path.Combine(folder, "model.onnx");
        string prepared = Directory.GetFiles(folder, $"*.{ModelPreparation.Processor}-*.ort")[0];
        switch (way)
        {
            case "onnx-path":
                return new LoadedSession(new InferenceSession(model, Options()), null);
            case "onnx-bytes":
                return new LoadedSession(new InferenceSession(await File.ReadAllBytesAsync(model).ConfigureAwait(false), Options()), null);
            case "ort-path":
                return new LoadedSession(new InferenceSession(prepared, Options()), null);
            case "ort-in-place":
                byte[] bytes = GC.AllocateUninitializedArray<byte>((int)new FileInfo(prepared).Length, pinned: true);
                using (FileStream stream = File.OpenRead(prepared))
                {
                    await stream.ReadExactlyAsync(bytes).ConfigureAwait(false);
                }

                return new LoadedSession(
                    new InferenceSession(
                        bytes, Options("session.use_ort_model_bytes_directly", "session.use_ort_model_bytes_for_initializers")),
                    bytes);
            case "library-plain":
                return await LibraryAsync(folder, options => options.Prepared = PreparedModelUse.Never).ConfigureAwait(false);
            case "library-prepared":
                return await LibraryAsync(folder, Prepared).ConfigureAwait(false);
            case "library-prepared-memory":
                return await LibraryAsync(folder, Prepared, new MemorySource(prepared)).ConfigureAwait(false);
            case "library-any":
                return await LibraryAsync(folder, options =>
                {
                    Prepared(options);
                    options.File = Path.GetFileName(Directory.GetFiles(folder, "*.any-*.ort")[0]);
                }).ConfigureAwait(false);
            case "library-unpacked":
                return await LibraryAsync(folder, options =>
                {
                    Prepared(options);
                    options.Prepacking = false;
                }).ConfigureAwait(false);
            default:
                throw new ArgumentException($"There is no way '{way}'; there are {string.Join(", ", Ways)}.", nameof(way));
        }
    }

    /// <summary>Runs the model once and gives its first output.</summary>
    public async Task<float[]> RunAsync()
    {
        if (_session is not null)
        {
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(
                _options, [_session.InputNames[0]], [_input!], _session.OutputNames);
            return outputs[0].GetTensorDataAsSpan<float>().ToArray();
        }

        InferenceResult<NamedValues> result = await _pipeline!.RunAsync(_values!).ConfigureAwait(false);
        SessionTime ??= result.Timings.SessionLoad.TotalMilliseconds;
        return ((TensorValue)result.Value.First().Value).Elements<float>().ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        _input?.Dispose();
        _session?.Dispose();
        _options.Dispose();
        GC.KeepAlive(_pinned);
        if (_services is not null)
        {
            await _services.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static void Prepared(ModelOptions options) => options.Prepared = PreparedModelUse.Required;

    private static async Task<LoadedSession> LibraryAsync(string folder, Action<ModelOptions> configure, IModelSource? source = null)
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("model", model => model
            .From(from => from.Custom(_ => source ?? new FileSystemModelSource(folder)))
            .Configure(options =>
            {
                options.IntraOpThreads = 1;
                configure(options);
            }));
        ServiceProvider provider = services.BuildServiceProvider();
        using ModelLease lease = await provider.GetRequiredService<IModelRegistry>().AcquireAsync("model").ConfigureAwait(false);
        return new LoadedSession(provider, lease.Model.Description.Inputs[0]);
    }

    private static SessionOptions Options(params string[] settings)
    {
        var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        foreach (string setting in settings)
        {
            options.AddSessionConfigEntry(setting, "1");
        }

        return options;
    }

    private static float[] Numbers(long[] shape)
    {
        var random = new Random(1);
        var numbers = new float[shape.Aggregate(1L, (product, axis) => product * axis)];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = random.NextSingle();
        }

        return numbers;
    }
}
