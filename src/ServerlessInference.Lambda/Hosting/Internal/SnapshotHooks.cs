namespace ServerlessInference.Lambda;

/// <summary>What the application does around Lambda's snapshot.</summary>
internal sealed class SnapshotHooks
{
    public List<Func<IServiceProvider, CancellationToken, ValueTask>> Before { get; } = [];

    public List<Func<IServiceProvider, CancellationToken, ValueTask>> After { get; } = [];

    public static async ValueTask RunAsync(
        List<Func<IServiceProvider, CancellationToken, ValueTask>>? hooks, FunctionServices services, CancellationToken cancellationToken)
    {
        foreach (Func<IServiceProvider, CancellationToken, ValueTask> hook in hooks ?? [])
        {
            await hook(services.Provider, cancellationToken).ConfigureAwait(false);
        }
    }
}
