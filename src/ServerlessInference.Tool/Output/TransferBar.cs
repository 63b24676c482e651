using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Tool.Output;

/// <summary>Shows the progress of a transfer as a progress bar. Thread-safe.</summary>
internal sealed class TransferBar(ToolConsole console, TimeProvider time, string label) : IProgress<TransferProgress>, IDisposable
{
    private const int Steps = 1_000;

    private readonly Lock _gate = new();
    private readonly ProgressBar _bar = new(console, time, Steps);
    private int _shown;

    /// <summary>Gets the number of bytes received.</summary>
    public long Bytes { get; private set; }

    /// <summary>Gets the total number of bytes.</summary>
    public long Total { get; private set; }

    /// <inheritdoc />
    public void Report(TransferProgress value)
    {
        lock (_gate)
        {
            Bytes += value.Bytes;
            Total = value.Total;
            int wanted = value.Total == 0 ? Steps : (int)Math.Min(Steps, Bytes * Steps / value.Total);
            for (; _shown < wanted; _shown++)
            {
                _bar.Step(label);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => _bar.Dispose();
}
