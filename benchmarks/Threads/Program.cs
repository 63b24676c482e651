// Runs a model again and again, with a pause between the runs as between requests, on threads that are shared as those of
// ServerlessInference are. args: the model, the threads, whether they spin (0 or 1), the number of runs.
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;

int threads = int.Parse(args[1], CultureInfo.InvariantCulture);
int runs = int.Parse(args[3], CultureInfo.InvariantCulture);
using var threading =
    new OrtThreadingOptions { GlobalIntraOpNumThreads = threads, GlobalInterOpNumThreads = 1, GlobalSpinControl = args[2] == "1" };
var environment = new EnvironmentCreationOptions { logId = "threads", threadOptions = threading };
OrtEnv.CreateInstanceWithOptions(ref environment);
using var options = new SessionOptions();
options.DisablePerSessionThreads();
using var session = new InferenceSession(args[0], options);
string input = session.InputNames[0];
long[] shape = [.. session.InputMetadata[input].Dimensions.Select(axis => axis < 0 ? 1L : axis)];
float[] zeros = new float[shape.Aggregate(1L, (product, axis) => product * axis)];
using OrtValue value = OrtValue.CreateTensorValueFromMemory(zeros, shape);
using var run = new RunOptions();
var times = new double[runs];
Run();
Run();
TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
for (int i = 0; i < runs; i++)
{
    await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
    long start = Stopwatch.GetTimestamp();
    Run();
    times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
}

double cpu = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds / runs;
Array.Sort(times);
Console.WriteLine(
    string.Create(
        CultureInfo.InvariantCulture,
        $"p50 {times[runs / 2]:0.00} ms, p95 {times[runs * 95 / 100]:0.00} ms, CPU time {cpu:0.00} ms a run"));

void Run()
{
    using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, [input], [value], session.OutputNames);
}
