using Microsoft.Extensions.Logging;

namespace ServerlessInference.Sessions;

/// <summary>
/// Disposes models that were replaced or evicted, on a thread of the pool, and returns their memory to the operating system.
/// </summary>
/// <remarks>
/// Disposing a session and trimming the heap take milliseconds to tens of milliseconds. The last lease is usually returned by a request,
/// which must not pay for that.
/// </remarks>
internal sealed partial class ModelReclaimer(ILogger<ModelReclaimer> logger)
{
    /// <summary>Frees a model whose last reference has been released.</summary>
    public void Reclaim(LoadedModel model) => ThreadPool.UnsafeQueueUserWorkItem(
        static state => state.Reclaimer.Dispose(state.Model), (Reclaimer: this, Model: model), preferLocal: false);

    private void Dispose(LoadedModel model)
    {
        try
        {
            model.DisposeNow();
        }
        catch (Exception exception)
        {
            // There is no caller left to receive the exception, and the process can continue without the model.
            LogFailed(logger, exception, model.Identity.Name, model.Identity.Version);
        }

        NativeHeap.Trim();
        model.MarkFreed();
    }

    [LoggerMessage(EventId = 6, Level = LogLevel.Error, Message = "Disposing model {Model} {Version} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string model, string version);
}
