using System.Runtime.ExceptionServices;
using System.Text.Json;
using ServerlessInference.Lambda.Events.Inputs;
using ServerlessInference.Lambda.Events.Records;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.Direct;

/// <summary>Answers direct calls and steps of state machines.</summary>
internal sealed class DirectRoute(RouteContext context) : IEventRoute
{
    private readonly List<DirectMapping> _mappings = [];

    public string Description => $"direct calls ({string.Join(", ", _mappings.Select(mapping => $"model '{mapping.Model}'"))})";

    /// <summary>Adds a mapping.</summary>
    /// <exception cref="InvalidOperationException">The model is mapped already.</exception>
    public void Add(DirectMapping mapping)
    {
        if (_mappings.Exists(existing => existing.Model == mapping.Model))
        {
            throw new InvalidOperationException($"MapDirect: the model '{mapping.Model}' is mapped already.");
        }

        _mappings.Add(mapping);
    }

    public bool CanHandle(EventKind kind) => kind == EventKind.Unknown;

    public void Prepare(FunctionServices services, ICollection<string> failures)
    {
        foreach (DirectMapping mapping in _mappings)
        {
            mapping.Validate(failures);
            if (ModelPipelines.Find(services, mapping.Model, "MapDirect", failures) is { } pipeline)
            {
                IResultSink? sink = mapping.Target?.Create(services.Provider);
                IInputFetcher? fetcher = context.GetFetcher(services, mapping.Rules.Limits);
                mapping.Processor = new RecordProcessor(services, mapping.Model, pipeline, sink, fetcher);
            }
        }
    }

    public async ValueTask HandleAsync(Invocation invocation, EventKind kind, CancellationToken cancellationToken)
    {
        using JsonDocument document = Parse(invocation.Payload);
        DirectMapping mapping = Find(DirectCall.ReadModel(document.RootElement));
        (List<BatchRecord> inputs, bool isList) = DirectCall.Read(document.RootElement, mapping.Options, invocation.Context.RequestId);
        RecordStatus[] statuses = await mapping.Processor!
            .ProcessAsync(invocation, inputs, mapping.Rules, cancellationToken).ConfigureAwait(false);
        if (isList)
        {
            RecordAnswers.WriteList(invocation.BeginResponse(), statuses);
        }
        else
        {
            WriteOne(invocation, statuses[0], cancellationToken);
        }
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> payload)
    {
        try
        {
            return EventJson.Parse(payload);
        }
        catch (JsonException exception)
        {
            throw EventJson.InvalidJson(exception);
        }
    }

    private static void WriteOne(Invocation invocation, RecordStatus status, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if ((status.Failure ?? status.Result?.Error) is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        Utf8JsonWriter writer = invocation.BeginResponse();
        writer.WriteStartObject();
        RecordAnswers.WriteAnswer(writer, status);
        writer.WriteEndObject();
        writer.Flush();
    }

    private DirectMapping Find(string? model)
    {
        if (model is null)
        {
            return _mappings[0];
        }

        return _mappings.Find(candidate => candidate.Model == model) ?? throw new InvalidInputException(
            InvalidInputKind.Unprocessable, $"The call names a model that is not mapped. Mapped: {Description}.");
    }
}
