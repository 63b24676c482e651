// A function in this library's host, for tests that run the host as a process. TEST_MODEL names the folder of an image model, which answers
// HTTP requests and Kinesis records; every other event is a command.
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference;
using ServerlessInference.HostFunction;
using ServerlessInference.Lambda;

int count = 0, arrived = 0;
var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
InferenceFunctionBuilder app = InferenceFunction.CreateBuilder(args);
if (Environment.GetEnvironmentVariable("TEST_REQUIRED") is { Length: > 0 } required)
{
    app.Environment.Require(required);
}

if (Environment.GetEnvironmentVariable("TEST_MODEL") is { Length: > 0 } model)
{
    app.Services.AddServerlessInference().AddModel("images", images => images.FromFileSystem(model).UseImageClassification());
    app.MapHttp("images").MapKinesis("images", results => results.To(new ConsoleSink()));
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
        case "heap": // the maximum size of the managed heap
            return new Answer(
                null, (int)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20), context.RequestId, Environment.ProcessId, number, null);
        case "hang":
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            break;
        case "terminated": // answers after the process was asked to terminate
            var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using (PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => told.SetResult()))
            {
                Console.WriteLine("waiting for the signal");
                await told.Task.WaitAsync(token);
            }

            break;
        case "meet": // answers as soon as this many invocations run at the same time
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
