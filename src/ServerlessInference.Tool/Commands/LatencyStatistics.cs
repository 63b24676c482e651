using System.Text.Json;

namespace ServerlessInference.Tool.Commands;

/// <summary>Mean and percentiles of durations, in milliseconds. Not thread-safe.</summary>
internal sealed class LatencyStatistics
{
    private const int Decimals = 3;

    private readonly List<double> _samples = [];

    /// <summary>Gets the number of durations.</summary>
    public int Count => _samples.Count;

    /// <summary>Gets the mean in ms. There must be at least one duration.</summary>
    public double Mean => Math.Round(_samples.Average(), Decimals);

    /// <summary>Adds a duration.</summary>
    public void Add(TimeSpan duration) => _samples.Add(duration.TotalMilliseconds);

    /// <summary>
    /// Returns the duration, in ms, below which a share of the durations lies. It is interpolated linearly between neighbours.
    /// </summary>
    /// <param name="share">0 to 1.</param>
    public double Percentile(double share)
    {
        double[] sorted = _samples.Order().ToArray();
        double position = share * (sorted.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return Math.Round(sorted[below] + ((sorted[above] - sorted[below]) * (position - below)), Decimals);
    }

    /// <summary>Writes the property <paramref name="name"/>, unless there are no durations.</summary>
    public void WriteTo(Utf8JsonWriter writer, string name)
    {
        if (Count == 0)
        {
            return;
        }

        writer.WriteStartObject(name);
        writer.WriteNumber("n"u8, Count);
        writer.WriteNumber("mean"u8, Mean);
        writer.WriteNumber("p50"u8, Percentile(0.5));
        writer.WriteNumber("p95"u8, Percentile(0.95));
        writer.WriteEndObject();
    }
}
