using ServerlessInference.Lambda.Events.Records;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.S3;

/// <summary>A model and the objects in S3 that it answers.</summary>
internal sealed class S3ObjectMapping(string model, ResultTarget target, S3ObjectOptions options)
{
    private IReadOnlyList<ObjectPattern> _targets = [];

    public string Model => model;

    public IReadOnlyList<ObjectPattern> Sources { get; } = [.. options.Sources.Select(ObjectPattern.Parse)];

    public RecordProcessor? Processor { get; private set; }

    public string Description => Sources.Count == 0 ? $"model '{model}'" : $"model '{model}' for {string.Join(", ", Sources)}";

    public void Prepare(FunctionServices services, RouteContext context, ICollection<string> failures)
    {
        ReferenceOptions limits = Rules(queued: false).Limits!;
        limits.Validate("MapS3Objects", failures);
        if (ModelPipelines.Find(services, model, "MapS3Objects", failures) is not { } pipeline)
        {
            return;
        }

        IResultSink? sink = target.Create(services.Provider);
        Processor = new RecordProcessor(services, model, pipeline, sink, context.GetFetcher(services, limits));
        _targets = (sink as IObjectResultSink)?.Targets ?? [];
        foreach (ObjectPattern result in _targets)
        {
            foreach (ObjectPattern source in Sources)
            {
                if (result.Overlaps(source))
                {
                    failures.Add(
                        $"MapS3Objects: results of the model '{model}' are written to {result}, which are objects of its own source " +
                        $"{source}: the function would call itself without end. " +
                        "Write results to another bucket, or below another prefix or with another suffix than those of the notification.");
                }
            }
        }
    }

    /// <summary>Returns whether results of this mapping can be objects that the sources of another mapping name.</summary>
    public bool LeadsTo(S3ObjectMapping other) => _targets.Any(result => other.Sources.Any(result.Overlaps));

    public bool Matches(ObjectReference item)
    {
        foreach (ObjectPattern source in Sources)
        {
            if (source.Matches(item))
            {
                return true;
            }
        }

        return Sources.Count == 0;
    }

    /// <summary>
    /// Returns an exception that says why the result of an object could call the function again; <see langword="null"/> if it cannot.
    /// </summary>
    public InvalidInputException? FindLoop(ObjectReference item)
    {
        foreach (ObjectPattern result in _targets)
        {
            if (result.Bucket is not null && result.Bucket != item.Bucket)
            {
                continue;
            }

            if (result.Matches(item))
            {
                return new InvalidInputException(
                    InvalidInputKind.Unprocessable,
                    $"{item} looks like a result of this function ({result}): its result would call the function again, without end. " +
                    "Write results to another bucket, or filter the notification.");
            }

            if (Sources.Count == 0)
            {
                return new InvalidInputException(
                    InvalidInputKind.Unprocessable,
                    $"The result of {item} would be written to the same bucket ({result}) and might call the function again, without " +
                    "end. Write results to another bucket, or name the objects of the notification: " +
                    "MapS3Objects(…, options => options.Sources.Add(\"s3://bucket/prefix*suffix\")).");
            }
        }

        return null;
    }

    public RecordRules Rules(bool queued) =>
        new(options.SkipInvalidRecords ?? !queued, InOrder: false, new ReferenceOptions { MaxBytes = options.MaxBytes });
}
