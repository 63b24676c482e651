using System.Text;
using System.Text.Json;

namespace ServerlessInference.Lambda;

/// <summary>Answers tasks of S3 Batch Operations.</summary>
internal sealed class S3BatchRoute(EventMap events) : IEventRoute
{
    /// <summary>What a job's report shows of a result (Amazon S3 User Guide: the longest string that a task may answer).</summary>
    private const int LongestResult = 1024;

    private readonly List<S3BatchMapping> _mappings = [];

    public string Description => $"S3 Batch Operations ({string.Join(", ", _mappings.Select(mapping => $"model '{mapping.Model}'"))})";

    /// <summary>Adds a mapping.</summary>
    /// <exception cref="InvalidOperationException">The model is mapped already.</exception>
    public void Add(S3BatchMapping mapping)
    {
        if (_mappings.Exists(existing => existing.Model == mapping.Model))
        {
            throw new InvalidOperationException($"MapS3Batch: the model '{mapping.Model}' is mapped already.");
        }

        _mappings.Add(mapping);
    }

    public bool CanHandle(EventKind kind) => kind == EventKind.S3Batch;

    public void Prepare(FunctionServices services, ICollection<string> failures)
    {
        foreach (S3BatchMapping mapping in _mappings)
        {
            mapping.Rules.Limits!.Validate("MapS3Batch", failures);
            if (ModelPipelines.Find(services, mapping.Model, "MapS3Batch", failures) is { } pipeline)
            {
                mapping.Processor = new RecordProcessor(services, mapping.Model, pipeline, mapping.Target.Create(services.Provider), events.Fetcher(services, mapping.Rules.Limits));
            }
        }
    }

    public async ValueTask HandleAsync(Invocation invocation, EventKind kind, CancellationToken cancellationToken)
    {
        S3BatchJob job = S3BatchJob.Read(invocation.Payload);
        S3BatchMapping mapping = job.Model is null ? _mappings[0] : _mappings.Find(candidate => candidate.Model == job.Model) ?? throw new InvalidInputException(
            InvalidInputKind.Unprocessable, $"The job's user argument 'model' names a model that is not mapped. Mapped: {Description}.");
        RecordStatus[] statuses = await mapping.Processor!.ProcessAsync(invocation, job.Tasks, mapping.Rules, cancellationToken).ConfigureAwait(false);
        Write(invocation, job, statuses);
    }

    private static void Write(Invocation invocation, S3BatchJob job, RecordStatus[] statuses)
    {
        Utf8JsonWriter writer = invocation.BeginResponse();
        writer.WriteStartObject();
        writer.WriteString("invocationSchemaVersion"u8, job.Schema);
        writer.WriteString("treatMissingKeysAs"u8, "TemporaryFailure"u8);
        writer.WriteString("invocationId"u8, job.InvocationId);
        writer.WriteStartArray("results"u8);
        foreach (RecordStatus status in statuses)
        {
            (string code, string result) = Describe(status);
            writer.WriteStartObject();
            writer.WriteString("taskId"u8, status.Record.Id);
            writer.WriteString("resultCode"u8, code);
            writer.WriteString("resultString"u8, Shorten(result));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
    }

    private static (string Code, string Result) Describe(RecordStatus status) => status switch
    {
        { State: RecordState.Done } => ("Succeeded", Encoding.UTF8.GetString(status.Json.Span)),
        { State: RecordState.PassedOver or RecordState.Unusable, Result.Error: { } error } => ("PermanentFailure", $"{error.GetType().Name}: {error.Message}"),
        { State: RecordState.NotReached } => ("TemporaryFailure", "The function's time ran out before."),
        _ => ("TemporaryFailure", $"{status.Failure?.GetType().Name ?? "Failure"}: the function's log says why."),
    };

    private static string Shorten(string text)
    {
        if (text.Length <= LongestResult)
        {
            return text;
        }

        // No half of a pair at the end.
        int length = LongestResult - 1;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[length - 1]) ? length - 1 : length), "…");
    }
}
