using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;

namespace ServerlessInference.OpenTelemetry.Tests;

[Collection(nameof(TracedFunction))]
public sealed class CollectorTests
{
    [Fact]
    public async Task Otlp_CollectorThatAnswers_ReceivesTheSpanAfterTheAnswer()
    {
        var received = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var collector = new LoopbackListener((socket, _, token) => AnswerAsync(socket, received, token));
        await using var function = new TracedFunction(tracing => AddOtlp(tracing, collector.Port));

        await function.SendAsync("{}");
        string request = await received.Task.WaitAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("POST /v1/traces ", request, StringComparison.Ordinal);
        Assert.Contains("faas.invocation_id", request, StringComparison.Ordinal);
        Assert.Contains("aws_lambda", request, StringComparison.Ordinal);
        Assert.Empty(function.Warnings);
    }

    [Fact]
    public async Task Otlp_CollectorThatIsAway_DoesNotKeepTheFunctionFromAnswering()
    {
        int port;
        await using (var closed = new LoopbackListener((_, _, _) => Task.CompletedTask))
        {
            port = closed.Port;
        }

        await using var function = new TracedFunction(tracing => AddOtlp(tracing, port));

        for (int i = 0; i < 5; i++)
        {
            Assert.True((await function.SendAsync("{}")).IsResponse);
        }
    }

    [Fact]
    public async Task Flush_CollectorThatDoesNotAnswer_IsWaitedForOnceAndReportedOnce()
    {
        using var exporter = new StuckExporter();
        await using (TracedFunction function = TracedFunction.Start(exporter, TimeSpan.FromMilliseconds(20)))
        {
            for (int i = 0; i < 5; i++)
            {
                Assert.True((await function.SendAsync("{}")).IsResponse);
            }

            string warning = Assert.Single(function.Warnings);
            Assert.Contains("did not take traces or metrics within", warning, StringComparison.Ordinal);
            exporter.Release();
        }
    }

    [Fact]
    public void Run_AfterFailures_WaitsForLongerAndLongerPauses()
    {
        var clock = new FakeTimeProvider();
        using var exporter = new StuckExporter();
        using FunctionTelemetry telemetry = FunctionTelemetry.Create(
            new() { FunctionName = "test" }, tracing => tracing.AddProcessor(new BatchActivityExportProcessor(exporter)), metrics: null);
        using var log = new RecordedLog();
        var flush = new TelemetryFlush(telemetry, TimeSpan.FromMilliseconds(1), clock, log);
        using var source = new ActivitySource(InvocationTracer.SourceName);
        source.StartActivity("span")?.Dispose();

        flush.Run(TimeSpan.FromMinutes(1));
        Assert.Single(log.Warnings);
        exporter.Release();
        source.StartActivity("span")?.Dispose();

        // During the pause nothing is waited for; after it, the flush succeeds.
        flush.Run(TimeSpan.FromMinutes(1));
        clock.Advance(TimeSpan.FromSeconds(1.1));
        flush.Run(TimeSpan.FromMinutes(1));
        Assert.Single(log.Warnings);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(60_001)]
    public void UseOpenTelemetry_TimeoutOutOfRange_IsRefused(int milliseconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Lambda.InferenceFunction.CreateBuilder([]).UseOpenTelemetry(
            _ => { }, flushTimeout: TimeSpan.FromMilliseconds(milliseconds)));

    private static void AddOtlp(TracerProviderBuilder tracing, int port) => tracing.AddOtlpExporter(options =>
    {
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
        options.Endpoint = new Uri($"http://127.0.0.1:{port}/v1/traces");
    });

    /// <summary>Reads a request of OTLP over HTTP as Latin-1, in which its bytes are characters, and answers it.</summary>
    private static async Task AnswerAsync(Socket socket, TaskCompletionSource<string> received, CancellationToken token)
    {
        var request = new StringBuilder();
        byte[] buffer = new byte[8192];
        while (!IsComplete(request.ToString()))
        {
            int count = await socket.ReceiveAsync(buffer, token);
            if (count == 0)
            {
                return;
            }

            request.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), token);
        received.TrySetResult(request.ToString());
    }

    private static bool IsComplete(string request)
    {
        const string Length = "Content-Length: ";
        int end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal), at = request.IndexOf(Length, StringComparison.Ordinal);
        return end >= 0
            && (at < 0 || request.Length >= end + 4 + int.Parse(
                request[(at + Length.Length)..request.IndexOf('\r', at)], System.Globalization.CultureInfo.InvariantCulture));
    }
}
