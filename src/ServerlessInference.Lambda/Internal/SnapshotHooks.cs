using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda;

/// <summary>The application's hooks before and after Lambda's snapshot.</summary>
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
