using System.Text.Json;
using ServerlessInference.Results;

namespace ServerlessInference.Testing;

/// <content>Events about objects in S3.</content>
public static partial class LambdaEvents
{
    private const string Time = "2026-01-02T03:04:05.678Z";

    /// <summary>Creates an S3 notification about new objects.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="keys">The keys, not encoded; the event contains them URL-encoded.</param>
    /// <returns>The event.</returns>
    public static string S3Notification(string bucket, params string[] keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return S3Notification(Array.ConvertAll(
            keys,
            key => new ObjectReference(bucket, key) { EntityTag = "0123456789abcdef", Size = 1024, Sequencer = "0055AED6DCD90281E5" }));
    }

    /// <summary>Creates an S3 notification about new objects, with all their properties.</summary>
    /// <param name="objects">The objects.</param>
    /// <returns>The event.</returns>
    public static string S3Notification(params ObjectReference[] objects)
    {
        ArgumentNullException.ThrowIfNull(objects);
        return WriteRecords(objects.Length, (writer, i) =>
        {
            ObjectReference item = objects[i];
            writer.WriteString("eventVersion", "2.1");
            writer.WriteString("eventSource", "aws:s3");
            writer.WriteString("awsRegion", Region);
            writer.WriteString("eventTime", Time);
            writer.WriteString("eventName", "ObjectCreated:Put");
            writer.WriteStartObject("s3");
            writer.WriteString("s3SchemaVersion", "1.0");
            writer.WriteString("configurationId", "inputs");
            writer.WriteStartObject("bucket");
            writer.WriteString("name", item.Bucket);
            writer.WriteString("arn", "arn:aws:s3:::" + item.Bucket);
            writer.WriteEndObject();
            writer.WriteStartObject("object");
            writer.WriteString("key", EncodeKey(item.Key));
            WriteObject(writer, item, "eTag", "versionId");
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }

    /// <summary>Creates the test event that S3 sends when notifications are configured.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <returns>The event.</returns>
    public static string S3Test(string bucket = "inputs") => Write(writer =>
    {
        writer.WriteString("Service", "Amazon S3");
        writer.WriteString("Event", "s3:TestEvent");
        writer.WriteString("Time", Time);
        writer.WriteString("Bucket", bucket);
        writer.WriteString("RequestId", "5582815E1AEA5ADF");
        writer.WriteString("HostId", "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR");
    });

    /// <summary>Creates the event "Object Created" that S3 sends to EventBridge.</summary>
    /// <param name="item">The object; the event contains its key unencoded.</param>
    /// <param name="detailType">What happened.</param>
    /// <returns>The event.</returns>
    public static string S3ObjectCreated(ObjectReference item, string detailType = "Object Created")
    {
        ArgumentNullException.ThrowIfNull(item);
        return Write(writer =>
        {
            writer.WriteString("version", "0");
            writer.WriteString("id", "17793124-05d4-b198-2fde-7ededc63b103");
            writer.WriteString("detail-type", detailType);
            writer.WriteString("source", "aws.s3");
            writer.WriteString("account", Account);
            writer.WriteString("time", Time);
            writer.WriteString("region", Region);
            writer.WriteStartArray("resources");
            writer.WriteStringValue("arn:aws:s3:::" + item.Bucket);
            writer.WriteEndArray();
            writer.WriteStartObject("detail");
            writer.WriteString("version", "0");
            writer.WriteStartObject("bucket");
            writer.WriteString("name", item.Bucket);
            writer.WriteEndObject();
            writer.WriteStartObject("object");
            writer.WriteString("key", item.Key);
            WriteObject(writer, item, "etag", "version-id");
            writer.WriteEndObject();
            writer.WriteString("reason", "PutObject");
            writer.WriteEndObject();
        });
    }

    /// <summary>Creates an SNS event.</summary>
    /// <param name="messages">The messages, such as S3 notifications.</param>
    /// <returns>The event.</returns>
    public static string Sns(params string[] messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return WriteRecords(messages.Length, (writer, i) =>
        {
            writer.WriteString("EventSource", "aws:sns");
            writer.WriteString("EventVersion", "1.0");
            writer.WriteString("EventSubscriptionArn", $"arn:aws:sns:{Region}:{Account}:inputs:1");
            writer.WriteStartObject("Sns");
            WriteNotification(writer, messages[i]);
            writer.WriteEndObject();
        });
    }

    /// <summary>Creates the body of an SQS message that SNS sent to a queue (without raw message delivery).</summary>
    /// <param name="message">The message, such as an S3 notification.</param>
    /// <returns>The body.</returns>
    public static string SnsMessage(string message) => Write(writer => WriteNotification(writer, message));

    /// <summary>Creates an event of S3 Batch Operations, with the task ids <c>task-1</c>, <c>task-2</c> and so on.</summary>
    /// <param name="schema">The schema version, <c>1.0</c> or <c>2.0</c>.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="keys">The keys, not encoded; the event contains them URL-encoded.</param>
    /// <returns>The event.</returns>
    public static string S3Batch(string schema, string bucket, params string[] keys)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(keys);
        return Write(writer =>
        {
            writer.WriteString("invocationSchemaVersion", schema);
            writer.WriteString("invocationId", "YXNkbGZqYWRmaiBhc2RmdW9hZHNmZGpmaGFzbGtkaGZza2RmaAo");
            writer.WriteStartObject("job");
            writer.WriteString("id", "f3cc4f60-61f6-4a2b-8a21-d07600c373ce");
            writer.WriteEndObject();
            writer.WriteStartArray("tasks");
            for (int i = 0; i < keys.Length; i++)
            {
                writer.WriteStartObject();
                writer.WriteString("taskId", Id("task", i));
                writer.WriteString("s3Key", EncodeKey(keys[i]));
                writer.WriteNull("s3VersionId");
                writer.WriteString(schema == "1.0" ? "s3BucketArn" : "s3Bucket", schema == "1.0" ? "arn:aws:s3:::" + bucket : bucket);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private static string EncodeKey(string key) =>
        Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal).Replace("%20", "+", StringComparison.Ordinal);

    private static void WriteObject(Utf8JsonWriter writer, ObjectReference item, string entityTag, string version)
    {
        if (item.Size is { } size)
        {
            writer.WriteNumber("size", size);
        }

        if (item.EntityTag is not null)
        {
            writer.WriteString(entityTag, item.EntityTag);
        }

        if (item.VersionId is not null)
        {
            writer.WriteString(version, item.VersionId);
        }

        if (item.Sequencer is not null)
        {
            writer.WriteString("sequencer", item.Sequencer);
        }
    }

    private static void WriteNotification(Utf8JsonWriter writer, string message)
    {
        writer.WriteString("Type", "Notification");
        writer.WriteString("MessageId", "95df01b4-ee98-5cb9-9903-4c221d41eb5e");
        writer.WriteString("TopicArn", $"arn:aws:sns:{Region}:{Account}:inputs");
        writer.WriteString("Subject", "Amazon S3 Notification");
        writer.WriteString("Message", message);
        writer.WriteString("Timestamp", Time);
    }
}
