using System.Text.Json;
using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>An event of S3 Batch Operations, of schema version 1.0 or 2.0.</summary>
/// <param name="Schema">The schema version, which the answer repeats.</param>
/// <param name="InvocationId">What the answer repeats as well.</param>
/// <param name="Model">The model that the job's user arguments name; mostly <see langword="null"/>.</param>
/// <param name="Tasks">A record for each task, with the task's id.</param>
/// <remarks>Source: "Invoke AWS Lambda function" of the Amazon S3 User Guide. 1.0 names buckets by ARN, 2.0 by name; keys are URL-encoded in both.</remarks>
internal sealed record S3BatchJob(string Schema, string InvocationId, string? Model, List<BatchRecord> Tasks)
{
    /// <exception cref="InvalidInputException">It is no such event.</exception>
    public static S3BatchJob Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload);
            JsonElement root = document.RootElement;
            string schema = EventJson.Text(root, "invocationSchemaVersion") ?? throw Damaged();
            if (schema is not ("1.0" or "2.0"))
            {
                throw new InvalidInputException(
                    InvalidInputKind.Unprocessable, "The event was recognised as an S3 Batch Operations task, but of another schema version than 1.0 and 2.0.");
            }

            JsonElement? arguments = EventJson.Member(root, "job") is { } job ? EventJson.Member(job, "userArguments") : null;
            var tasks = new List<BatchRecord>();
            foreach (JsonElement task in root.GetProperty("tasks"u8).EnumerateArray())
            {
                tasks.Add(ReadTask(task));
            }

            return new S3BatchJob(schema, EventJson.Text(root, "invocationId") ?? throw Damaged(), arguments is { } named ? EventJson.Text(named, "model") : null, tasks);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw Damaged();
        }
    }

    private static BatchRecord ReadTask(JsonElement task)
    {
        string? id = EventJson.Text(task, "taskId"), key = EventJson.Text(task, "s3Key");
        string? bucket = EventJson.Text(task, "s3Bucket") ?? BucketOf(EventJson.Text(task, "s3BucketArn"));
        if (id is null || key is null || bucket is null)
        {
            throw Damaged();
        }

        string? version = EventJson.Text(task, "s3VersionId");
        var item = new ObjectReference(bucket, S3Key.Decode(key), string.IsNullOrEmpty(version) ? null : version);
        return new BatchRecord($"s3://{bucket}", id, null, new RecordInput(default, new InputReference(item, null)), null);
    }

    // arn:aws:s3:::name; the documentation's example has a region and an account in between.
    private static string? BucketOf(string? arn) => arn?.Split(':', 6) is [_, _, "s3", _, _, var name] && name.Length > 0 ? name : null;

    private static InvalidInputException Damaged() =>
        new("The event was recognised as an S3 Batch Operations task, but is damaged: it lacks its invocation's id, or a task's id, key or bucket.");
}
