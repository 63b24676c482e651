using System.Text.Json;
using ServerlessInference.Lambda.Events.Inputs;
using ServerlessInference.Lambda.Events.Records;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Events.S3;

/// <summary>An event of S3 Batch Operations, of schema version 1.0 or 2.0.</summary>
/// <param name="Schema">The schema version, which the answer repeats.</param>
/// <param name="InvocationId">The invocation's ID, which the answer repeats.</param>
/// <param name="Model">The model that the job's user arguments name; <see langword="null"/> if they name none.</param>
/// <param name="Tasks">One record per task, with the task's ID.</param>
/// <remarks>
/// Source: "Invoke AWS Lambda function" of the Amazon S3 User Guide. Version 1.0 has the bucket's ARN, version 2.0 its name; keys are
/// URL-encoded in both.
/// </remarks>
internal sealed record S3BatchJob(string Schema, string InvocationId, string? Model, List<BatchRecord> Tasks)
{
    /// <summary>Reads an event.</summary>
    /// <exception cref="InvalidInputException">The event is not a valid event of S3 Batch Operations.</exception>
    public static S3BatchJob Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using JsonDocument document = EventJson.Parse(payload);
            JsonElement root = document.RootElement;
            string schema = EventJson.ReadText(root, "invocationSchemaVersion") ?? throw Damaged();
            if (schema is not ("1.0" or "2.0"))
            {
                throw new InvalidInputException(
                    InvalidInputKind.Unprocessable,
                    "The event was recognised as an S3 Batch Operations task, but its schema version is neither 1.0 nor 2.0.");
            }

            JsonElement? arguments = EventJson.FindMember(root, "job") is { } job ? EventJson.FindMember(job, "userArguments") : null;
            var tasks = new List<BatchRecord>();
            foreach (JsonElement task in root.GetProperty("tasks"u8).EnumerateArray())
            {
                tasks.Add(ReadTask(task));
            }

            string? model = arguments is { } named ? EventJson.ReadText(named, "model") : null;
            return new S3BatchJob(schema, EventJson.ReadText(root, "invocationId") ?? throw Damaged(), model, tasks);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw Damaged();
        }
    }

    private static BatchRecord ReadTask(JsonElement task)
    {
        string? id = EventJson.ReadText(task, "taskId"), key = EventJson.ReadText(task, "s3Key");
        string? bucket = EventJson.ReadText(task, "s3Bucket") ?? GetBucket(EventJson.ReadText(task, "s3BucketArn"));
        if (id is null || key is null || bucket is null)
        {
            throw Damaged();
        }

        string? version = EventJson.ReadText(task, "s3VersionId");
        var item = new ObjectReference(bucket, S3Key.Decode(key), string.IsNullOrEmpty(version) ? null : version);
        return new BatchRecord($"s3://{bucket}", id, null, new RecordInput(default, new InputReference(item, null)), null);
    }

    // arn:aws:s3:::name; the documentation's example has a region and an account in it.
    private static string? GetBucket(string? arn) => arn?.Split(':', 6) is [_, _, "s3", _, _, var name] && name.Length > 0 ? name : null;

    private static InvalidInputException Damaged() =>
        new(
            "The event was recognised as an S3 Batch Operations task, but is damaged: the invocation's ID, or a task's ID, key or " +
            "bucket, is missing.");
}
