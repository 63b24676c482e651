using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Warmup;

namespace ServerlessInference.Lambda;

/// <summary>Recognises events that only keep the function warm, and answers them.</summary>
internal sealed class WarmupResponder(FunctionServices services, WarmupOptions options, long created)
{
    private IWarmupDetector[]? _detectors;

    public void Prepare(ICollection<string> failures) => options.Validate(failures);

    /// <summary>Asks the detectors. HTTP requests and batches carry their senders' content and are not looked into.</summary>
    public bool TryDetect(EventKind kind, ReadOnlySpan<byte> payload, out WarmupRequest request)
    {
        if (kind is EventKind.Unknown or EventKind.EventBridge)
        {
            foreach (IWarmupDetector detector in _detectors ??= CreateDetectors())
            {
                if (detector.TryDetect(payload, out request))
                {
                    return true;
                }
            }
        }

        request = default;
        return false;
    }

    public async ValueTask AnswerAsync(WarmupRequest request, Invocation invocation, CancellationToken cancellationToken)
    {
        var warm = new List<ModelIdentity>();
        if (services.HasModels)
        {
            var registry = services.Provider.GetRequiredService<IModelRegistry>();
            if (request.Model is { } wanted && !registry.Names.Contains(wanted))
            {
                throw new InvalidInputException(
                    InvalidInputKind.Unprocessable, $"The warm-up names a model that is not registered. Registered: {string.Join(", ", registry.Names)}.");
            }

            foreach (string name in request.Model is { } one ? [one] : registry.Names)
            {
                warm.Add(await registry.WarmUpAsync(name, cancellationToken).ConfigureAwait(false));
            }
        }

        if (request.Concurrency > 1)
        {
            await Task.Delay(options.ConcurrencyWait, services.Time, cancellationToken).ConfigureAwait(false);
        }

        Write(warm, invocation);
    }

    private IWarmupDetector[] CreateDetectors()
    {
        KnownSenderDetector? known = options.IsAnyOn ? new KnownSenderDetector(options) : null;
        return services.Registered is { } registered && FunctionServices.Has(registered, typeof(IWarmupDetector))
            ? [.. services.Provider.GetServices<IWarmupDetector>(), .. known is null ? (IWarmupDetector[])[] : [known]]
            : known is null ? [] : [known];
    }

    private void Write(List<ModelIdentity> warm, Invocation invocation)
    {
        Utf8JsonWriter writer = invocation.BeginResponse();
        writer.WriteStartObject();
        writer.WriteBoolean("warmup"u8, true);
        writer.WriteStartArray("models"u8);
        foreach (ModelIdentity model in warm)
        {
            writer.WriteStartObject();
            ModelJson.WriteMembers(writer, model);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("environmentAgeMs"u8, (long)services.Time.GetElapsedTime(created).TotalMilliseconds);
        writer.WriteEndObject();
        writer.Flush();
    }
}
