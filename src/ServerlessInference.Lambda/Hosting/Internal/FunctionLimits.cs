using ServerlessInference.Pipelines;

namespace ServerlessInference.Lambda;

/// <summary>Derives from a function's memory how much work may go on at a time.</summary>
internal static class FunctionLimits
{
    private const long BytesPerMegabyte = 1024 * 1024;

    /// <summary>
    /// The part of the function's memory that decoded images may take together. Decoding keeps one CPU busy each, so a few large images at
    /// a time are all that is of use; the rest is for events, tensors, models and what their runs take.
    /// </summary>
    private const int WorkingMemoryPart = 8;

    private const long LeastWorkingMemory = 32 * BytesPerMegabyte;

    /// <summary>Makes the limits.</summary>
    /// <param name="memory">The function's memory in MB.</param>
    /// <param name="processors">The processors that the process sees.</param>
    /// <returns>The limits; <see langword="null"/> where the memory is not known.</returns>
    public static WorkLimits? FromMemory(int memory, int processors) => memory <= 0 ? null : new WorkLimits
    {
        WorkingMemoryBytes = Math.Max(LeastWorkingMemory, memory * BytesPerMegabyte / WorkingMemoryPart),

        // More runs than there are CPUs take memory without being done any sooner.
        ConcurrentRuns = ThreadCount.FromMemory(memory, processors),
    };
}
