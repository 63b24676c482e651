namespace ServerlessInference.Lambda.Events.Records;

/// <summary>The limits that all streams share.</summary>
internal static class StreamRules
{
    public const int DefaultMaxInflatedBytes = 20 * 1024 * 1024;

    private const int MaxMaxInflatedBytes = 512 * 1024 * 1024;

    public static void Validate(string method, int maxInflatedBytes, ICollection<string> failures)
    {
        if (maxInflatedBytes is < 1 or > MaxMaxInflatedBytes)
        {
            failures.Add($"{method}: MaxInflatedBytes is {maxInflatedBytes}; it must be between 1 and {MaxMaxInflatedBytes}.");
        }
    }
}
