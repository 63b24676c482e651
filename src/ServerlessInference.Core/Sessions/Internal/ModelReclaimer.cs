using Microsoft.Extensions.Logging;

namespace ServerlessInference.Sessions;

/// <summary>Disposes models that were replaced or evicted, on a thread of its own, and returns their memory to the system.</summary>
internal sealed partial class ModelReclaimer(ILogger<ModelReclaimer> logger)
{
    /// <summary>Takes a model whose last user has gone.</summary>
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
            // Nobody is left to hear of it, and the process goes on without the model.
            LogFailed(logger, exception, model.Identity.Name, model.Identity.Version);
        }

        NativeHeap.Trim();
        model.MarkFreed();
    }

    [LoggerMessage(EventId = 6, Level = LogLevel.Error, Message = "Disposing model {Model} {Version} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string model, string version);
}
