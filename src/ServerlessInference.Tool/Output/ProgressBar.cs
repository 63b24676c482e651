using System.Globalization;

namespace ServerlessInference.Tool.Output;

/// <summary>
/// A progress bar on standard error. It is shown only on a terminal, and only if the work takes longer than a second. Not thread-safe.
/// </summary>
internal sealed class ProgressBar(ToolConsole console, TimeProvider time, int total) : IDisposable
{
    private const int Width = 30;
    private static readonly TimeSpan ShowAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RedrawAfter = TimeSpan.FromMilliseconds(100);

    private readonly long _started = time.GetTimestamp();
    private long _drawn;
    private int _done;
    private bool _visible;

    /// <summary>Counts a step as done.</summary>
    public void Step(string label)
    {
        _done++;
        if (!console.ErrorIsTerminal
            || time.GetElapsedTime(_started) < ShowAfter
            || (_visible && time.GetElapsedTime(_drawn) < RedrawAfter))
        {
            return;
        }

        int filled = (int)((long)Width * _done / Math.Max(total, _done));
        console.Error.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"\r\e[K[{new string('#', filled)}{new string('.', Width - filled)}] {_done}/{total} {label}"));
        console.Error.Flush();
        _drawn = time.GetTimestamp();
        _visible = true;
    }

    /// <summary>Removes the bar.</summary>
    public void Dispose()
    {
        if (_visible)
        {
            console.Error.Write("\r\e[K");
            console.Error.Flush();
        }
    }
}
