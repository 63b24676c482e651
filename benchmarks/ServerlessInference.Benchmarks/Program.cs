// quick, quick-webp, quick-png, quick-tensor, quick-text, quick-boxes [ROUNDS]: decoding, tensors, tokens and detections in turns with
// their baselines. quick-tracing [ROUNDS]: an event with and without OpenTelemetry. peers-text, peers-images [ROUNDS]: tokens, decoding and
// tensors in turns with other .NET libraries; not in a native program. quick-tokenizers [ROUNDS] [FAMILY …]: BPE and Unigram tokenizers in
// turns with other libraries; not in a native program. Everything else is an argument of BenchmarkDotNet, for instance --filter
// '*Tokenizer*'; a native program does without it.
using System.Globalization;
using ServerlessInference.Benchmarks.Detection;
using ServerlessInference.Benchmarks.Imaging;
using ServerlessInference.Benchmarks.Text;
using ServerlessInference.Benchmarks.Tracing;
#if BENCHMARKDOTNET
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ServerlessInference.Benchmarks.Peers;
#endif

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Action<string[]>? comparison = args.FirstOrDefault() switch
{
    "quick" => JpegQuickComparison.Run,
    "quick-webp" => WebpQuickComparison.Run,
    "quick-png" => PngQuickComparison.Run,
    "quick-tensor" => TensorQuickComparison.Run,
    "quick-text" => TextQuickComparison.Run,
    "quick-boxes" => BoxesQuickComparison.Run,
    "quick-tracing" => TracingQuickComparison.Run,
#if BENCHMARKDOTNET
    "peers-text" => TextPeerComparison.Run,
    "peers-images" => ImagePeerComparison.Run,
    "quick-tokenizers" => TokenizerFamilyComparison.Run,
#endif
    _ => null,
};
if (comparison is not null)
{
    comparison(args[1..]);
    return 0;
}

#if BENCHMARKDOTNET
ManualConfig config = ManualConfig.Create(DefaultConfig.Instance)
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
return 0;
#else
Console.Error.WriteLine(
    "A native program has 'quick', 'quick-webp', 'quick-png', 'quick-tensor', 'quick-text', 'quick-boxes' and 'quick-tracing' alone.");
return 2;
#endif
