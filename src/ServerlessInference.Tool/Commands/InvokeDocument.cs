using System.Globalization;
using System.Text;
using System.Text.Json;
using ServerlessInference.Tool.LocalRuntime;
using ServerlessInference.Tool.LocalRuntime.Cpu;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The result of <c>invoke</c> for an event at one memory size.</summary>
internal sealed class InvokeDocument(string eventName, int memoryMB, CpuLimit cpu) : ITableDocument
{
    private const double KiBPerMB = 1024;

    /// <summary>Gets the columns of the table.</summary>
    public static string[] Columns { get; } =
        ["EVENT", "MEMORY", "CPU", "INIT p50", "COLD p50", "WARM p50", "WARM p95", "PEAK MB", "FAILED", "RESPONSE"];

    /// <summary>Gets the times from process start to the first poll.</summary>
    public LatencyStatistics Init { get; } = new();

    /// <summary>Gets the times from process start to the answer.</summary>
    public LatencyStatistics Cold { get; } = new();

    /// <summary>Gets the times from the hand-over of the event to the answer, in a running process.</summary>
    public LatencyStatistics Warm { get; } = new();

    /// <summary>Gets or sets the largest peak of resident memory of the function's processes, in KiB.</summary>
    public long? PeakMemoryKiB { get; set; }

    /// <summary>Gets the first answer.</summary>
    public InvocationResult? First { get; private set; }

    /// <summary>Gets or sets the first error, or null.</summary>
    public ErrorInfo? Error { get; set; }

    /// <summary>Gets the number of failed invocations.</summary>
    public int Failed { get; private set; }

    /// <summary>Adds the figures of an invocation. The times of failed invocations are left out.</summary>
    public void Add(InvocationResult result)
    {
        First ??= result;
        if (result.Outcome.Error is { } error)
        {
            Failed++;
            Error ??= new ErrorInfo(error.Type, error.Message);
            return;
        }

        if (result.Start is not { } start)
        {
            Warm.Add(result.Duration);
            return;
        }

        Cold.Add(start.Total);
        if (start.Init is { } init)
        {
            Init.Add(init);
        }
    }

    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("event"u8, eventName);
        writer.WriteNumber("memory"u8, memoryMB);
        writer.WriteNumber("cpuShare"u8, Math.Round(cpu.Share, 4));
        writer.WriteBoolean("cpuEmulated"u8, cpu.Emulated);
        writer.WriteString("cpuMethod"u8, cpu.Method);
        if (First is { } first)
        {
            writer.WriteString("requestId"u8, first.RequestId);
            WriteResponse(writer, first.Outcome.Payload);
            writer.WriteNumber("durationMs"u8, Math.Round(first.Duration.TotalMilliseconds, 3));
            if (first.Start is { InitRepeated: true })
            {
                writer.WriteBoolean("initRepeated"u8, true);
            }
        }

        Error?.WriteTo(writer);
        writer.WriteNumber("failed"u8, Failed);
        Init.WriteTo(writer, "init");
        Cold.WriteTo(writer, "cold");
        Warm.WriteTo(writer, "warm");
        if (PeakMemoryKiB is { } peak)
        {
            writer.WriteNumber("peakMemoryMB"u8, Math.Round(peak / KiBPerMB, 1));
        }

        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table)
    {
        const int shown = 100;
        string response = First is null ? "" : Encoding.UTF8.GetString(First.Outcome.Payload.Span);
        table.Add(
            eventName,
            memoryMB.ToString(CultureInfo.InvariantCulture),
            string.Create(CultureInfo.InvariantCulture, $"{cpu.Share:F2}{(cpu.Emulated ? "" : " (not emulated)")}"),
            Milliseconds(Init, 0.5),
            Milliseconds(Cold, 0.5),
            Milliseconds(Warm, 0.5),
            Milliseconds(Warm, 0.95),
            PeakMemoryKiB is { } peak ? (peak / KiBPerMB).ToString("F1", CultureInfo.InvariantCulture) : "-",
            Failed.ToString(CultureInfo.InvariantCulture),
            Error is null ? response.Length > shown ? response[..shown] + "…" : response : $"{Error.Type}: {Error.Message}");
    }

    private static string Milliseconds(LatencyStatistics statistics, double share) =>
        statistics.Count == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{statistics.Percentile(share):F1} ms");

    /// <summary>Writes JSON unchanged, other text as a string, and bytes that are not text in base64.</summary>
    private static void WriteResponse(Utf8JsonWriter writer, ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = JsonLines.MaxCarriedDepth });
            writer.WritePropertyName("response"u8);
            json.RootElement.WriteTo(writer);
            return;
        }
        catch (JsonException)
        {
            // It is not JSON, or it is nested too deeply, so it is written as a string below.
        }

        try
        {
            writer.WriteString("response"u8, new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(payload.Span));
        }
        catch (DecoderFallbackException)
        {
            writer.WriteBase64String("response"u8, payload.Span);
            writer.WriteBoolean("responseIsBase64"u8, true);
        }
    }
}
