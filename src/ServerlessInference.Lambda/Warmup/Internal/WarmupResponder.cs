using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Models;
using ServerlessInference.Registration;
using ServerlessInference.Sessions;

namespace ServerlessInference.Lambda.Warmup;

/// <summary>Recognises and answers events whose only purpose is to keep the function warm. Thread-safe.</summary>
internal sealed class WarmupResponder(FunctionServices services, WarmupOptions options, long created)
{
    private KnownSenderDetector? _known;
    private IWarmupDetector[]? _detectors;

    public void Prepare(ICollection<string> failures) => options.Validate(failures);

    /// <summary>Returns whether an event is certainly not a warm-up, without parsing its JSON.</summary>
    public bool IsNever(ReadOnlySpan<byte> payload)
    {
        foreach (IWarmupDetector detector in _detectors ??= CreateDetectors())
        {
            if (!ReferenceEquals(detector, _known) || !_known.IsNever(payload))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Asks the detectors. HTTP requests and batches contain data of others, so they are never taken for warm-ups.</summary>
    public bool TryDetect(EventKind kind, ReadOnlySpan<byte> payload, string? clientContext, out WarmupRequest request)
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

            if (clientContext is not null && _known is not null)
            {
                return _known.TryDetectContext(clientContext, out request);
            }
        }

        request = default;
        return false;
    }

    /// <summary>Answers a warm-up.</summary>
    /// <param name="request">What the sender asks for.</param>
    /// <param name="invocation">Receives the answer.</param>
    /// <param name="isFirst">Whether this is the environment's first event.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public async ValueTask AnswerAsync(WarmupRequest request, Invocation invocation, bool isFirst, CancellationToken cancellationToken)
    {
        var warm = new List<ModelIdentity>();
        bool wasWarm = !isFirst;
        string? stored = null;
        if (services.HasModels)
        {
            var registry = services.Provider.GetRequiredService<IModelRegistry>();
            IReadOnlyList<string> wanted = SelectModels(request, registry);
            foreach (string name in wanted)
            {
                wasWarm &= registry.GetStatus(name) is { State: ModelState.Ready };
            }

            foreach (string name in wanted)
            {
                warm.Add(await registry.WarmUpAsync(name, cancellationToken).ConfigureAwait(false));
            }

            // Prefetch a version that the function does not serve yet, so that it is local once the function's sources name it.
            if (request.Location is { } location && !warm.Exists(model => IsSame(model.Source, location)))
            {
                using ModelArtifact artifact = await ModelSources.FromUri(location, services.Provider)
                    .LoadAsync(cancellationToken).ConfigureAwait(false);
                stored = artifact.Version;
            }
        }

        if (request.Concurrency > 1)
        {
            await Task.Delay(options.ConcurrencyWait, services.Time, cancellationToken).ConfigureAwait(false);
        }

        Write(request, wasWarm, warm, stored, invocation);
    }

    private List<string> SelectModels(WarmupRequest request, IModelRegistry registry)
    {
        if (request.Location is { } location && !new ModelLocations(options.ModelLocations).Contains(location))
        {
            throw new InvalidInputException(
                InvalidInputKind.Unprocessable,
                "The warm-up names a model location that the function does not allow. Allowed: " +
                (options.ModelLocations.Count == 0 ? "none" : string.Join(", ", options.ModelLocations)) +
                ". Add it to ModelLocations of UseWarmup.");
        }

        if (request.Model is { } wanted)
        {
            return registry.Names.Contains(wanted) ? [wanted] : throw new InvalidInputException(
                InvalidInputKind.Unprocessable,
                $"The warm-up names a model that is not registered. Registered: {string.Join(", ", registry.Names)}.");
        }

        if (request.Location is { } source)
        {
            foreach (string name in registry.Names)
            {
                if (registry.GetStatus(name) is { Model: { } model } && IsSame(model.Source, source))
                {
                    return [name];
                }
            }
        }

        return [.. registry.Names];
    }

    private static bool IsSame(string source, string location) =>
        source.AsSpan().TrimEnd('/').SequenceEqual(location.AsSpan().TrimEnd('/'));

    private IWarmupDetector[] CreateDetectors()
    {
        KnownSenderDetector? known = _known = options.IsAnyOn ? new KnownSenderDetector(options) : null;
        IWarmupDetector[] knownOrNone = known is null ? [] : [known];
        return services.Registered is { } registered && FunctionServices.Has(registered, typeof(IWarmupDetector))
            ? [.. services.Provider.GetServices<IWarmupDetector>(), .. knownOrNone]
            : knownOrNone;
    }

    private void Write(WarmupRequest request, bool wasWarm, List<ModelIdentity> warm, string? stored, Invocation invocation)
    {
        Utf8JsonWriter writer = invocation.BeginResponse();
        writer.WriteStartObject();
        writer.WriteBoolean("warmup"u8, true);
        writer.WriteString("sender"u8, request.Sender);
        writer.WriteBoolean("wasWarm"u8, wasWarm);
        writer.WriteStartArray("models"u8);
        foreach (ModelIdentity model in warm)
        {
            writer.WriteStartObject();
            ModelJson.WriteMembers(writer, model);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (stored is not null)
        {
            writer.WriteStartObject("stored"u8);
            writer.WriteString("location"u8, request.Location);
            writer.WriteString("version"u8, stored);
            writer.WriteEndObject();
        }

        if (request.Note is { } note)
        {
            writer.WriteNumber("wanted"u8, request.Concurrency);
            writer.WriteString("note"u8, note);
        }

        writer.WriteNumber("environmentAgeMs"u8, (long)services.Time.GetElapsedTime(created).TotalMilliseconds);
        writer.WriteEndObject();
        writer.Flush();
    }
}
