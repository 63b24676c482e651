using System.Diagnostics;
using System.Globalization;

namespace ServerlessInference.Benchmarks;

/// <summary>Times actions in turns, so that a busy machine slows all of them alike, and compares them round by round.</summary>
internal static class InterleavedTiming
{
    private const int WarmTurns = 60;

    // Tiered compilation waits for a tenth of a second without new methods before it optimizes the busy ones.
    private static readonly TimeSpan WarmTime = TimeSpan.FromSeconds(1);

    /// <summary>Gets how many rounds the first argument asks for.</summary>
    public static int Rounds(string[] arguments, int otherwise) =>
        arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : otherwise;

    /// <summary>Prints best and median times, allocations, and the median of the ratios to the baseline of the same round.</summary>
    public static void Run(string title, int rounds, params TimedAction[] actions)
    {
        long start = Stopwatch.GetTimestamp();
        for (int turn = 0; turn < WarmTurns || Stopwatch.GetElapsedTime(start) < WarmTime; turn++)
        {
            Array.ForEach(actions, action => action.Run());
        }

        double[][] times = [.. actions.Select(_ => new double[rounds])];
        long[] allocated = new long[actions.Length];
        for (int round = 0; round < rounds; round++)
        {
            // Each action goes first as often as any other.
            for (int place = 0; place < actions.Length; place++)
            {
                int one = (place + round) % actions.Length;
                (times[one][round], long bytes) = Time(actions[one]);
                allocated[one] += bytes;
            }
        }

        Write(title, actions, times, allocated);
    }

    private static (double Milliseconds, long Bytes) Time(TimedAction action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < action.Repeat; i++)
        {
            action.Run();
        }

        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds / action.Repeat;
        return (milliseconds, (GC.GetAllocatedBytesForCurrentThread() - before) / action.Repeat);
    }

    private static void Write(string title, TimedAction[] actions, double[][] times, long[] allocated)
    {
        int rounds = times[0].Length;
        Console.WriteLine($"{Environment.NewLine}{title}, {rounds} rounds");
        Console.WriteLine($"{"",-48}{"best ms",11}{"median ms",11}{"bytes",9}  median ratio [quartiles]");
        for (int i = 0; i < actions.Length; i++)
        {
            double[] sorted = [.. times[i].Order()];
            string ratio = string.Empty;
            int baseline = Array.FindIndex(actions, action => action.Name == actions[i].Baseline);
            if (baseline >= 0)
            {
                double[] ratios = [.. times[i].Zip(times[baseline], (mine, theirs) => mine / theirs).Order()];
                ratio = $"  {Quantile(ratios, 0.5):F2} [{Quantile(ratios, 0.25):F2}-{Quantile(ratios, 0.75):F2}]"
                    + $" of {actions[baseline].Name}";
            }

            Console.WriteLine(
                $"{actions[i].Name,-48}{sorted[0],11:F4}{Quantile(sorted, 0.5),11:F4}{allocated[i] / rounds,9}{ratio}");
        }
    }

    private static double Quantile(double[] sorted, double part)
    {
        double place = part * (sorted.Length - 1);
        int low = (int)place;
        int high = Math.Min(low + 1, sorted.Length - 1);
        return sorted[low] + ((place - low) * (sorted[high] - sorted[low]));
    }
}
