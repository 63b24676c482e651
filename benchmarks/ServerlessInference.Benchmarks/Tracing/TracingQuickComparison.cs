using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Trace;
using ServerlessInference.Lambda;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Benchmarks.Tracing;

/// <summary>
/// Answers an event with and without OpenTelemetry in turns: what a span, its attributes and the flush after the answer cost.
/// </summary>
internal static class TracingQuickComparison
{
    private const string Header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

    /// <summary>Runs the comparison.</summary>
    /// <param name="arguments">The number of rounds, 100 if left out.</param>
    public static void Run(string[] arguments)
    {
        const string plain = "an event without tracing";
        byte[] payload = """{"version":"2.0","headers":{"host":"x"},"requestContext":{"http":{"method":"POST"}},"body":"x"}"""u8.ToArray();
        using var discard = new DiscardingExporter();
        using var processor = new BatchActivityExportProcessor(discard);
        InferenceFunction without = Create(null), with = Create(processor);
        var observer = with.Services.GetRequiredService<IInvocationObserver>();
        InterleavedTiming.Run(
            "One event",
            InterleavedTiming.Rounds(arguments, 100),
            new TimedAction(plain, () => Invoke(without, payload, null), Repeat: 100),
            new TimedAction("with a span, flushed after the answer", () => Invoke(with, payload, observer), Repeat: 100, Baseline: plain));
    }

    private static InferenceFunction Create(BaseProcessor<Activity>? processor)
    {
        var environment = new LambdaEnvironment { FunctionName = "test", MemorySize = 1769 };
        InferenceFunctionBuilder app = InferenceFunction.CreateBuilder([], environment);
        if (processor is not null)
        {
            app.UseOpenTelemetry(tracing => tracing.AddProcessor(processor));
        }

        app.MapHandler((@event, _, _) => ValueTask.FromResult(@event));
        return app.Build();
    }

    private static void Invoke(InferenceFunction function, byte[] payload, IInvocationObserver? observer)
    {
        var context = new InvocationContext { RequestId = "8476a536-e9f4-11e8-9739-2dfe598c3fcd", TraceId = Header };
        function.InvokeAsync(payload, context).AsTask().GetAwaiter().GetResult();
        observer?.OnAnsweredAsync(context).AsTask().GetAwaiter().GetResult();
    }

    private sealed class DiscardingExporter : BaseExporter<Activity>
    {
        public override ExportResult Export(in Batch<Activity> batch) => ExportResult.Success;
    }
}
