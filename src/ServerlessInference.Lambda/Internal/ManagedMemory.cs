namespace ServerlessInference.Lambda;

/// <summary>Limits the managed heap, so that ONNX Runtime has enough memory.</summary>
/// <remarks>
/// On Lambda the garbage collector sees the machine's memory rather than the function's, and would let garbage grow until Lambda ends the
/// process. The limit is set while the process runs (<see cref="GC.RefreshMemoryLimit"/>), because the function's memory is only known
/// then. That works with a just-in-time compiler and in native code.
/// </remarks>
internal static class ManagedMemory
{
    /// <summary>The setting that <see cref="GC.RefreshMemoryLimit"/> reads. Source: .NET's documentation of that method.</summary>
    private const string Limit = "GCHeapHardLimit";

    private const long BytesPerMegabyte = 1024 * 1024;

    // Limits that the application's project file or the function's environment sets. A limit that was set while the process ran, such as
    // the one of Amazon's bootstrap, which is all of the function's memory, only counts if it is lower than ours.
    private static readonly string[] LimitSettings = ["System.GC.HeapHardLimit", "System.GC.HeapHardLimitPercent"];

    private static readonly string[] LimitVariables = ["DOTNET_GCHeapHardLimit", "DOTNET_GCHeapHardLimitPercent"];

    /// <summary>
    /// Limits the managed heap to a share of the function's memory, unless there is a lower limit or an explicitly configured one.
    /// </summary>
    /// <param name="megabytes">The function's memory; 0 if it is unknown.</param>
    /// <param name="percent">The share; 0 for no limit.</param>
    /// <returns>Whether the limit was set.</returns>
    public static bool TryLimit(int megabytes, int percent)
    {
        if (megabytes <= 0 || percent <= 0 || IsConfigured())
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
            // The heap is larger than the limit already, or other settings of the collector do not allow one. The heap remains unlimited.
            AppContext.SetData(Limit, before);
            return false;
        }
    }

    private static bool IsConfigured()
    {
        foreach (string setting in LimitSettings)
        {
            if (AppContext.GetData(setting) is not null)
            {
                return true;
            }
        }

        foreach (string variable in LimitVariables)
        {
            if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable)))
            {
                return true;
            }
        }

        return false;
    }
}
