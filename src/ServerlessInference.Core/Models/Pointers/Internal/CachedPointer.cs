using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ServerlessInference.Models.Pointers;

/// <summary>What a pointer said, kept for a lifetime. Thread-safe.</summary>
internal sealed partial class CachedPointer(IModelPointer pointer, TimeSpan lifetime, TimeProvider time, ILogger? logger)
{
    private readonly ILogger _logger = logger ?? NullLogger.Instance;
    private Reading? _last;

    public string Description => pointer.Description;

    /// <summary>Gets what the pointer says.</summary>
    /// <param name="orLast">Whether the last value will do where the pointer cannot be read again.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ModelLoadException">The pointer cannot be read, or says nothing.</exception>
    public async ValueTask<string> ReadAsync(bool orLast, CancellationToken cancellationToken)
    {
        Reading? last = Volatile.Read(ref _last);
        if (last is not null && time.GetElapsedTime(last.At) < lifetime)
        {
            return last.Text;
        }

        try
        {
            long start = time.GetTimestamp();
            string text = (await pointer.ReadAsync(cancellationToken).ConfigureAwait(false)).Trim();
            if (text.Length == 0)
            {
                throw new ModelLoadException($"The pointer {Description} is empty. Write where the model is into it, such as s3://bucket/folder/.");
            }

            Volatile.Write(ref _last, new Reading(text, start));
            return text;
        }
        catch (Exception exception) when (exception is not ModelLoadException && !cancellationToken.IsCancellationRequested)
        {
            return Old(last, orLast, exception) ?? throw new ModelLoadException($"The pointer {Description} cannot be read: {exception.Message}", exception);
        }
        catch (ModelLoadException exception) when (last is not null && orLast)
        {
            return Old(last, orLast, exception)!;
        }
    }

    private string? Old(Reading? last, bool orLast, Exception exception)
    {
        if (last is null || !orLast)
        {
            return null;
        }

        LogKept(_logger, Description, exception.Message);
        return last.Text;
    }

    [LoggerMessage(EventId = 60, Level = LogLevel.Warning, Message = "The pointer {Pointer} cannot be read again, so what it said last is used: {Reason}")]
    private static partial void LogKept(ILogger logger, string pointer, string reason);

    private sealed record Reading(string Text, long At);
}
