namespace ServerlessInference.Tests.Shared;

/// <summary>Measures what a steady-state call allocates. Compiled into every test project.</summary>
internal static class Allocations
{
    private const int Attempts = 20;

    /// <summary>Gives the least that one of several calls allocates on this thread.</summary>
    /// <remarks>
    /// If another thread causes a collection, the unused rest of this thread's allocation block counts as allocated, so a single call can
    /// seem to allocate.
    /// </remarks>
    public static long Least(Action call)
    {
        long least = long.MaxValue;
        for (int i = 0; i < Attempts && least > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            call();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
