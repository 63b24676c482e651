namespace ServerlessInference.Lambda;

/// <summary>Keeps the garbage collector from taking memory that ONNX Runtime needs.</summary>
/// <remarks>
/// On Lambda the collector sees the machine's memory, not the function's, and would let garbage grow until Lambda kills the process. Its
/// limit is set while the process runs (<see cref="GC.RefreshMemoryLimit"/>), since only then the function's memory is known; that works
/// alike with a just-in-time compiler and as native code.
/// </remarks>
internal static class ManagedMemory
{
    /// <summary>The setting that <see cref="GC.RefreshMemoryLimit"/> reads. Source: .NET's documentation of that method.</summary>
    private const string Limit = "GCHeapHardLimit";

    private const long BytesPerMegabyte = 1024 * 1024;

    // What an application or its operator may have set by itself, in the project file or in the environment. A limit that was set while
    // the process ran counts where it is lower: Amazon's bootstrap sets one to all of the function's memory.
    private static readonly string[] OwnSettings = ["System.GC.HeapHardLimit", "System.GC.HeapHardLimitPercent"];

    private static readonly string[] OwnVariables = ["DOTNET_GCHeapHardLimit", "DOTNET_GCHeapHardLimitPercent"];

    /// <summary>Limits the managed heap to a share of the function's memory, unless there is a lower limit or one that was set by hand.</summary>
    /// <param name="megabytes">The function's memory; 0 where it is not known.</param>
    /// <param name="percent">The share; 0 for no limit.</param>
    /// <returns>Whether the limit was set.</returns>
    public static bool TryLimit(int megabytes, int percent)
    {
        if (megabytes <= 0 || percent <= 0 || IsSetByHand())
        {
            return false;
        }

        long bytes = megabytes * BytesPerMegabyte / 100 * percent;
        if (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes <= bytes)
        {
            return false;
        }

        object? before = AppContext.GetData(Limit);
        AppContext.SetData(Limit, (ulong)bytes);
        try
        {
            GC.RefreshMemoryLimit();
            return true;
        }
        catch (InvalidOperationException)
        {
            // The heap is larger already, or the collector's other settings do not allow it: then it stays as it was.
            AppContext.SetData(Limit, before);
            return false;
        }
    }

    private static bool IsSetByHand()
    {
        foreach (string setting in OwnSettings)
        {
            if (AppContext.GetData(setting) is not null)
            {
                return true;
            }
        }

        foreach (string variable in OwnVariables)
        {
            if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable)))
            {
                return true;
            }
        }

        return false;
    }
}
