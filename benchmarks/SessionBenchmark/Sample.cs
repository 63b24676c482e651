using System.Globalization;

namespace SessionBenchmark;

/// <summary>What one process measured: times in milliseconds, memory in KiB, and a digest of the answer.</summary>
internal sealed record Sample(
    double Session, double Created, double Answered, double LoadPeak, double Peak, double Anonymous, string Answer)
{
    /// <summary>Reads the line that <see cref="Measurement"/> writes.</summary>
    public static Sample Parse(string line)
    {
        string[] parts = line.Split(' ');
        double[] numbers = [.. parts[..6].Select(part => double.Parse(part, CultureInfo.InvariantCulture))];
        return new Sample(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], parts[6].Trim());
    }
}
