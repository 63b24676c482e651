using System.Runtime.ExceptionServices;
using System.Text.Json;
using ServerlessInference.Lambda.Events.Inputs;
using ServerlessInference.Lambda.Events.Records;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Pipelines;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.Http;

/// <summary>Answers a <c>POST</c> with the model's result for the input in its body.</summary>
internal sealed class InferenceEndpoint(
    string model, string path, HttpInputOptions options, ResultTarget? results, RouteContext context)
    : HttpEndpoint(path, ["POST"], model, "POST with an input as the body")
{
    private readonly HttpBody _body = new(options);
    private FunctionServices? _services;
    private IEncodedPipeline? _pipeline;
    private IResultSink? _sink;
    private RecordProcessor? _records;

    public override ReadOnlyMemory<byte>? DryRunBody =>
        (_pipeline as IDryRunnable) is { SampleInput: { IsEmpty: false } sample } ? sample : null;

    public override void Prepare(FunctionServices services, ICollection<string> failures)
    {
        _services = services;
        _pipeline = ModelPipelines.Find(services, Model, "MapHttp", failures);
        options.Validate(failures);
        _sink = results?.Create(services.Provider);
    }

    public override async ValueTask HandleAsync(
        Invocation invocation, EventKind kind, HttpRequest request, CancellationToken cancellationToken)
    {
        (RecordInput input, List<BatchRecord>? several) = _body.Read(request, invocation.Payload, invocation.Context.RequestId);
        if (several is not null)
        {
            await AnswerListAsync(invocation, kind, several, cancellationToken).ConfigureAwait(false);
            return;
        }

        ReadOnlyMemory<byte> body = input.Content;
        ObjectReference? item = null;
        if (input.Reference is { } reference)
        {
            try
            {
                (body, item) = await context.GetFetcher(_services!, options.ReferencesOrNull)!
                    .FetchAsync(reference, options.ReferencesOrNull!, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException exception)
            {
                WriteNotFetched(invocation, kind, exception);
                return;
            }
        }

        IReadOnlyList<InferenceResult>? answers = invocation.IsDryRun
            ? await DryRunAsync(body, cancellationToken).ConfigureAwait(false)
            : await _pipeline!.RunAsync([body], cancellationToken).ConfigureAwait(false);
        if (answers is null)
        {
            return;
        }

        InferenceResult result = answers[0];
        if (result.Error is InvalidInputException { Kind: InvalidInputKind.UnsupportedFormat } refused && input.Reference is null)
        {
            InvalidInputException cause = InputDiagnosis.Explain(kind, request, invocation.Payload.Span, body.Span, refused);
            result = InferenceResult.Failed<object>(cause, result.Model, result.Timings);
        }

        if (_sink is not null && !invocation.IsDryRun && (result.Error is null or InvalidInputException))
        {
            await StoreAsync(invocation, result, item, cancellationToken).ConfigureAwait(false);
        }

        if (result.Error is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        WriteResult(invocation, kind, result);
    }

    private ValueTask<IReadOnlyList<InferenceResult>?> DryRunAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        _pipeline is IDryRunnable runnable ? runnable.DryRunAsync([body], cancellationToken) : default;

    /// <summary>Answers several inputs together, each with its own result or error.</summary>
    private async ValueTask AnswerListAsync(
        Invocation invocation, EventKind kind, List<BatchRecord> inputs, CancellationToken cancellationToken)
    {
        _records ??= new RecordProcessor(_services!, Model, _pipeline!, _sink, fetcher: null);
        RecordStatus[] statuses = await _records
            .ProcessAsync(invocation, inputs, new RecordRules(SkipInvalidRecords: true, InOrder: false, Limits: null), cancellationToken)
            .ConfigureAwait(false);
        RecordAnswers.WriteList(invocation.BeginInner(), statuses);
        HttpAnswer.Write(invocation, kind, 200, HttpAnswer.Json);
    }

    private void WriteNotFetched(Invocation invocation, EventKind kind, IOException exception)
    {
        LogMessages.RequestInputNotFetched(_services!.CreateLogger(LogMessages.Category), exception);
        HttpAnswer.WriteProblem(
            invocation,
            kind,
            502,
            $"The input that the request names cannot be fetched at the moment. Request {invocation.Context.RequestId} in the function's " +
            "log says why.");
    }

    private void WriteResult(Invocation invocation, EventKind kind, InferenceResult result)
    {
        Utf8JsonWriter inner = invocation.BeginInner();
        inner.WriteStartObject();
        inner.WriteStartObject("model"u8);
        ModelJson.WriteMembers(inner, result.Model);
        inner.WriteEndObject();
        inner.WritePropertyName("result"u8);
        _pipeline!.WriteValue(result, inner);
        inner.WriteEndObject();
        inner.Flush();
        HttpAnswer.Write(invocation, kind, 200, HttpAnswer.Json);
    }

    /// <summary>Writes a result to the sink before it is sent to the caller, so that a request whose result was not stored fails.</summary>
    private async ValueTask StoreAsync(
        Invocation invocation, InferenceResult result, ObjectReference? item, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> json = default;
        if (result.IsSuccess)
        {
            Utf8JsonWriter inner = invocation.BeginInner();
            _pipeline!.WriteValue(result, inner);
            inner.Flush();
            json = invocation.InnerBuffer.Body;
        }

        var record = new SinkRecord("http", invocation.Context.RequestId, result, json)
        {
            SourceObject = item,
            Time = _services!.Time.GetUtcNow(),
        };
        await _sink!.WriteAsync(record, cancellationToken).ConfigureAwait(false);
    }
}
