using System.Globalization;
using ServerlessInference.Benchmarks.Imaging;
#if BENCHMARKDOTNET
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
#endif

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["quick", ..])
{
    JpegQuickComparison.Run(args[1..]);
    return;
}

if (args is ["quick-tensor", ..])
{
    TensorQuickComparison.Run(args[1..]);
    return;
}

#if BENCHMARKDOTNET
ManualConfig config = ManualConfig.Create(DefaultConfig.Instance)
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
#else
Console.WriteLine("Only 'quick' and 'quick-tensor' are there in a Native AOT build.");
#endif
