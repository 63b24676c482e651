using System.Text;
using System.Text.Json;
using ServerlessInference.Lambda.Events.Inputs;
using ServerlessInference.Lambda.Events.Records;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Events.S3;

/// <summary>Answers tasks of S3 Batch Operations.</summary>
internal sealed class S3BatchRoute(RouteContext context) : IEventRoute
{
    /// <summary>The maximum length of a result in a job's report (Amazon S3 User Guide, the string that a task may return).</summary>
    private const int MaxResultLength = 1024;

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
                IInputFetcher? fetcher = context.GetFetcher(services, mapping.Rules.Limits);
                mapping.Processor = new RecordProcessor(
                    services, mapping.Model, pipeline, mapping.Target.Create(services.Provider), fetcher);
            }
        }
    }

    public async ValueTask HandleAsync(Invocation invocation, EventKind kind, CancellationToken cancellationToken)
    {
        S3BatchJob job = S3BatchJob.Read(invocation.Payload);
        S3BatchMapping mapping = Find(job.Model);
        RecordStatus[] statuses = await mapping.Processor!
            .ProcessAsync(invocation, job.Tasks, mapping.Rules, cancellationToken).ConfigureAwait(false);
        Write(invocation, job, statuses);
    }

    private S3BatchMapping Find(string? model)
    {
        if (model is null)
        {
            return _mappings[0];
        }

        return _mappings.Find(candidate => candidate.Model == model) ?? throw new InvalidInputException(
            InvalidInputKind.Unprocessable, $"The job's user argument 'model' names a model that is not mapped. Mapped: {Description}.");
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
        { State: RecordState.Skipped or RecordState.Invalid, Result.Error: { } error } =>
            ("PermanentFailure", $"{error.GetType().Name}: {error.Message}"),
        { State: RecordState.NotReached } => ("TemporaryFailure", "The function's time ran out before this object was processed."),
        _ => ("TemporaryFailure", $"{status.Failure?.GetType().Name ?? "Failure"}: the function's log says why."),
    };

    private static string Shorten(string text)
    {
        if (text.Length <= MaxResultLength)
        {
            return text;
        }

        // A surrogate pair is not cut in half.
        int length = MaxResultLength - 1;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[length - 1]) ? length - 1 : length), "…");
    }
}
