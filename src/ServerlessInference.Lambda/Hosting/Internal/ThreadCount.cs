namespace ServerlessInference.Lambda;

/// <summary>Chooses the number of threads inside an operator from the CPU share that comes with the function's memory.</summary>
internal static class ThreadCount
{
    /// <summary>Rounds the share to the nearest whole number: a thread more than there are CPUs worth of time only waits.</summary>
    /// <param name="memory">The function's memory in MB; 0 where it is not known.</param>
    /// <param name="processors">The processors that the process sees.</param>
    public static int FromMemory(int memory, int processors) => memory <= 0
        ? processors
        : Math.Clamp((int)Math.Round((double)memory / LambdaLimits.MegabytesPerVcpu, MidpointRounding.AwayFromZero), 1, processors);
}
