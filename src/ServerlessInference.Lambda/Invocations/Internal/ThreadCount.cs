namespace ServerlessInference.Lambda.Invocations;

/// <summary>Chooses the number of threads that run one operator, from the CPU share that Lambda grants for the function's memory.</summary>
internal static class ThreadCount
{
    /// <summary>Rounds the CPU share to the nearest whole number: a further thread would only wait for CPU time.</summary>
    /// <param name="memory">The function's memory in MB; 0 if it is unknown.</param>
    /// <param name="processors">The number of processors that the process sees.</param>
    public static int FromMemory(int memory, int processors) => memory <= 0
        ? processors
        : Math.Clamp((int)Math.Round((double)memory / LambdaLimits.MegabytesPerVcpu, MidpointRounding.AwayFromZero), 1, processors);
}
