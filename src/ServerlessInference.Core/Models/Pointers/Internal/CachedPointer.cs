using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ServerlessInference.Models.Pointers;

/// <summary>Reads a pointer and caches its value for a while. Thread-safe.</summary>
internal sealed partial class CachedPointer(IModelPointer pointer, TimeSpan lifetime, TimeProvider time, ILogger? logger)
{
    private readonly ILogger _logger = logger ?? NullLogger.Instance;
    private CachedValue? _cached;

    public string Description => pointer.Description;

    /// <summary>Gets the value of the pointer.</summary>
    /// <param name="allowExpired">Whether an expired value may be returned if the pointer cannot be read again.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="ModelLoadException">The pointer cannot be read, or is empty.</exception>
    public async ValueTask<string> ReadAsync(bool allowExpired, CancellationToken cancellationToken)
    {
        CachedValue? cached = Volatile.Read(ref _cached);
        if (cached is not null && time.GetElapsedTime(cached.ReadAt) < lifetime)
        {
            return cached.Text;
        }

        try
        {
            long start = time.GetTimestamp();
            string text = (await pointer.ReadAsync(cancellationToken).ConfigureAwait(false)).Trim();
            if (text.Length == 0)
            {
                throw new ModelLoadException(
                    $"The pointer {Description} is empty. Set it to the model's location, such as s3://bucket/folder/.");
            }

            Volatile.Write(ref _cached, new CachedValue(text, start));
            return text;
        }
        catch (Exception exception) when (cached is not null && allowExpired && !cancellationToken.IsCancellationRequested)
        {
            LogExpiredValueUsed(_logger, Description, exception.Message);
            return cached.Text;
        }
        catch (Exception exception) when (exception is not ModelLoadException && !cancellationToken.IsCancellationRequested)
        {
            throw new ModelLoadException($"The pointer {Description} cannot be read: {exception.Message}", exception);
        }
    }

    [LoggerMessage(EventId = 60, Level = LogLevel.Warning,
        Message = "The pointer {Pointer} cannot be read again, so its last value is used: {Reason}")]
    private static partial void LogExpiredValueUsed(ILogger logger, string pointer, string reason);

    private sealed record CachedValue(string Text, long ReadAt);
}
