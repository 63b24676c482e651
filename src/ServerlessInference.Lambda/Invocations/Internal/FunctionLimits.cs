using ServerlessInference.Pipelines;

namespace ServerlessInference.Lambda.Invocations;

/// <summary>Derives the limits of concurrent work from the function's memory.</summary>
internal static class FunctionLimits
{
    private const long BytesPerMegabyte = 1024 * 1024;

    /// <summary>
    /// The divisor that gives decoded images their share of the function's memory. Each decoding keeps one CPU busy, so decoding more than
    /// a few large images at the same time gains nothing; the remaining memory is for events, tensors, models and their runs.
    /// </summary>
    private const int WorkingMemoryDivisor = 8;

    private const long MinWorkingMemory = 32 * BytesPerMegabyte;

    /// <summary>The memory that managed code needs in addition to events and images while it does other work at the same time.</summary>
    private const long ManagedReserve = 64 * BytesPerMegabyte;

    /// <summary>
    /// The memory that managed code needs in addition to events and one image. It is less than <see cref="ManagedReserve"/>, because an
    /// image that needs this much is decoded alone.
    /// </summary>
    private const long MinManagedReserve = 24 * BytesPerMegabyte;

    /// <summary>Derives the limits.</summary>
    /// <param name="memory">The function's memory in MB.</param>
    /// <param name="processors">The number of processors that the process sees.</param>
    /// <param name="concurrency">The number of events that the process holds at the same time, each of up to 6 MB.</param>
    /// <returns>The limits; <see langword="null"/> if the memory is unknown.</returns>
    public static WorkLimits? FromMemory(int memory, int processors, int concurrency)
    {
        if (memory <= 0)
        {
            return null;
        }

        // Events and images share the managed heap, which gets half of the memory (InferenceFunctionOptions.ManagedMemoryPercent).
        long heapWithoutEvents = memory * BytesPerMegabyte / 2 - concurrency * (long)LambdaLimits.MaxSynchronousEventBytes;
        return new WorkLimits
        {
            WorkingMemoryBytes = Math.Max(
                MinWorkingMemory, Math.Min(heapWithoutEvents - ManagedReserve, memory * BytesPerMegabyte / WorkingMemoryDivisor)),
            MaxInputBytes = Math.Max(MinWorkingMemory, heapWithoutEvents - MinManagedReserve),

            // More concurrent runs than CPUs would use memory without finishing sooner.
            ConcurrentRuns = ThreadCount.FromMemory(memory, processors),
        };
    }
}
