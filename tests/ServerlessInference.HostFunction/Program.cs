// A function on our own host, for tests of the host as a process: TEST_MODEL names a folder with an image model, which answers HTTP;
// everything else is a command.
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.HostFunction;
using ServerlessInference.Lambda;

int count = 0, arrived = 0;
var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
InferenceFunctionBuilder app = InferenceFunction.CreateBuilder(args);
if (Environment.GetEnvironmentVariable("TEST_MODEL") is { Length: > 0 } model)
{
    app.Services.AddServerlessInference().AddModel("images", images => images.FromFileSystem(model).UseImageClassification());
    app.MapHttp("images");
}

app.UseWarmup().MapHandler(FunctionJson.Default.Command, FunctionJson.Default.Answer, async (command, context, token) =>
{
    int number = Interlocked.Increment(ref count);
    switch (command.Do)
    {
        case "throw":
            throw new InvalidOperationException("a secret of the operator");
        case "refuse":
            throw new InvalidInputException("The text is too short; send a longer one.");
        case "wait":
            await Task.Delay(Timeout.Infinite, token);
            break;
        case "heap": // the most that the managed heap may take
            return new Answer(
                null, (int)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20), context.RequestId, Environment.ProcessId, number, null);
        case "hang":
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            break;
        case "terminated": // answers when the process has been told to end
            var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using (PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => told.SetResult()))
            {
                Console.WriteLine("waiting for the signal");
                await told.Task.WaitAsync(token);
            }

            break;
        case "meet": // answers once so many invocations are here at the same time
            if (Interlocked.Increment(ref arrived) == command.Number)
            {
                met.SetResult();
            }

            await met.Task.WaitAsync(token);
            break;
        case "bytes":
            return new Answer(new string('x', command.Number), 0, context.RequestId, Environment.ProcessId, number, null);
    }

    return new Answer(command.Text, command.Number, context.RequestId, Environment.ProcessId, number, context.TraceId);
});
await using InferenceFunction function = app.Build();
await function.RunAsync();
