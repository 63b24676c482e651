using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ServerlessInference.Results;

namespace ServerlessInference.Testing;

/// <summary>Creates events as AWS services send them to a function.</summary>
/// <remarks>They contain those members of AWS's documented examples that functions read.</remarks>
/// <example>
/// <code>
/// InvocationResult photo = await function.InvokeAsync(LambdaEvents.HttpApi("POST", "/", File.ReadAllBytes("cat.jpg")));
/// InvocationResult batch = await function.InvokeAsync(LambdaEvents.Sqs("first message", "second message"));
/// </code>
/// </example>
public static class LambdaEvents
{
    private const string Account = "123456789012";
    private const string Region = "eu-central-1";
    private const string Time = "2026-01-02T03:04:05.678Z";

    /// <summary>Creates an HTTP request of API Gateway's HTTP API or of a function URL (payload format 2.0).</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path, including the stage unless it is the default one.</param>
    /// <param name="body">The body; <see langword="null"/> for none. It is sent in base64.</param>
    /// <param name="contentType">The content type of the body.</param>
    /// <param name="stage">The stage.</param>
    /// <returns>The event.</returns>
    public static string HttpApi(
        string method,
        string path,
        ReadOnlyMemory<byte>? body = null,
        string contentType = "application/octet-stream",
        string stage = "$default") =>
        Write(writer => WriteHttpApi(
            writer, method, path, body is { } bytes ? Convert.ToBase64String(bytes.Span) : null, base64: true, contentType, stage));

    /// <summary>Creates an HTTP request of API Gateway's HTTP API or of a function URL (payload format 2.0) with a text body.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path.</param>
    /// <param name="text">The body. It is sent as text, not in base64.</param>
    /// <param name="contentType">The content type of the body.</param>
    /// <returns>The event.</returns>
    public static string HttpApiText(string method, string path, string text, string contentType = "application/json") =>
        Write(writer => WriteHttpApi(writer, method, path, text, base64: false, contentType, "$default"));

    /// <summary>Creates an HTTP request of API Gateway's REST API (payload format 1.0).</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path, without the stage.</param>
    /// <param name="body">The body; <see langword="null"/> for none. It is sent in base64.</param>
    /// <param name="contentType">The content type of the body.</param>
    /// <returns>The event.</returns>
    public static string RestApi(
        string method, string path, ReadOnlyMemory<byte>? body = null, string contentType = "application/octet-stream") => Write(writer =>
    {
        writer.WriteString("resource", path);
        writer.WriteString("path", path);
        writer.WriteString("httpMethod", method);
        WriteHeaders(writer, contentType);
        writer.WriteStartObject("requestContext");
        writer.WriteString("accountId", Account);
        writer.WriteString("stage", "prod");
        writer.WriteString("path", "/prod" + path);
        writer.WriteEndObject();
        WriteBody(writer, body is { } bytes ? Convert.ToBase64String(bytes.Span) : null, base64: true);
    });

    /// <summary>Creates an HTTP request of an Application Load Balancer.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path.</param>
    /// <param name="body">The body; <see langword="null"/> for none. It is sent in base64.</param>
    /// <param name="contentType">The content type of the body.</param>
    /// <returns>The event.</returns>
    public static string LoadBalancer(
        string method, string path, ReadOnlyMemory<byte>? body = null, string contentType = "application/octet-stream") => Write(writer =>
    {
        writer.WriteStartObject("requestContext");
        writer.WriteStartObject("elb");
        writer.WriteString("targetGroupArn", $"arn:aws:elasticloadbalancing:{Region}:{Account}:targetgroup/lambda/1");
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteString("httpMethod", method);
        writer.WriteString("path", path);
        WriteHeaders(writer, contentType);
        WriteBody(writer, body is { } bytes ? Convert.ToBase64String(bytes.Span) : string.Empty, base64: body is not null);
    });

    /// <summary>Creates a scheduled event of an EventBridge rule.</summary>
    /// <param name="model">A model to name in the event; <see langword="null"/> for none, as EventBridge sends it by default.</param>
    /// <returns>The event.</returns>
    public static string ScheduledRule(string? model = null) => Scheduled("aws.events", model);

    /// <summary>Creates an event of EventBridge Scheduler whose schedule has no input of its own.</summary>
    /// <param name="model">A model to name in the event; <see langword="null"/> for none, as EventBridge sends it by default.</param>
    /// <returns>The event.</returns>
    public static string Schedule(string? model = null) => Scheduled("aws.scheduler", model);

    /// <summary>Creates a batch of SQS messages, with the ids <c>message-1</c>, <c>message-2</c> and so on.</summary>
    /// <param name="bodies">The messages' bodies.</param>
    /// <returns>The event.</returns>
    public static string Sqs(params string[] bodies) => SqsFifo([.. Array.ConvertAll(bodies, body => ((string?)null, body))]);

    /// <summary>Creates a batch of messages from an SQS FIFO queue, with the ids <c>message-1</c>, <c>message-2</c> and so on.</summary>
    /// <param name="messages">The group and body of each message.</param>
    /// <returns>The event.</returns>
    public static string SqsFifo(params (string? Group, string Body)[] messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return WriteRecords(messages.Length, (writer, i) =>
        {
            writer.WriteString("messageId", Id("message", i));
            writer.WriteString("receiptHandle", "handle");
            writer.WriteString("body", messages[i].Body);
            writer.WriteStartObject("attributes");
            writer.WriteString("ApproximateReceiveCount", "1");
            writer.WriteString("SentTimestamp", "1767323045678");
            if (messages[i].Group is { } group)
            {
                writer.WriteString("MessageGroupId", group);
                writer.WriteString("SequenceNumber", Id("18849496460467696128", i));
            }

            writer.WriteEndObject();
            writer.WriteStartObject("messageAttributes");
            writer.WriteEndObject();
            writer.WriteString("eventSource", "aws:sqs");
            writer.WriteString(
                "eventSourceARN", $"arn:aws:sqs:{Region}:{Account}:inputs{(messages[i].Group is null ? string.Empty : ".fifo")}");
        });
    }

    /// <summary>Creates a batch of Kinesis records, with the sequence numbers <c>sequence-1</c>, <c>sequence-2</c> and so on.</summary>
    /// <param name="data">The records' data.</param>
    /// <returns>The event.</returns>
    public static string Kinesis(params byte[][] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return WriteRecords(data.Length, (writer, i) =>
        {
            writer.WriteStartObject("kinesis");
            writer.WriteString("partitionKey", "1");
            writer.WriteString("sequenceNumber", Id("sequence", i));
            writer.WriteString("data", Convert.ToBase64String(data[i]));
            writer.WriteNumber("approximateArrivalTimestamp", 1767323045.678);
            writer.WriteEndObject();
            writer.WriteString("eventSource", "aws:kinesis");
            writer.WriteString("eventSourceARN", $"arn:aws:kinesis:{Region}:{Account}:stream/inputs");
        });
    }

    /// <summary>
    /// Creates a batch of insertions into a DynamoDB table, with the sequence numbers <c>sequence-1</c>, <c>sequence-2</c> and so on.
    /// </summary>
    /// <param name="attribute">The only attribute of the new images.</param>
    /// <param name="texts">The attribute's values, of the type <c>S</c>; <see langword="null"/> for a removal.</param>
    /// <returns>The event.</returns>
    public static string DynamoDbStream(string attribute, params string?[] texts)
    {
        ArgumentNullException.ThrowIfNull(attribute);
        ArgumentNullException.ThrowIfNull(texts);
        return WriteRecords(texts.Length, (writer, i) =>
        {
            writer.WriteString("eventID", Id("event", i));
            writer.WriteString("eventName", texts[i] is null ? "REMOVE" : "INSERT");
            writer.WriteStartObject("dynamodb");
            writer.WriteString("SequenceNumber", Id("sequence", i));
            writer.WriteNumber("ApproximateCreationDateTime", 1767323045);
            if (texts[i] is { } text)
            {
                writer.WriteStartObject("NewImage");
                writer.WriteStartObject(attribute);
                writer.WriteString("S", text);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteString("eventSource", "aws:dynamodb");
            writer.WriteString("eventSourceARN", $"arn:aws:dynamodb:{Region}:{Account}:table/inputs/stream/1");
        });
    }

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

    /// <summary>Creates an event of EventBridge.</summary>
    /// <param name="source">The source, such as <c>shop</c>.</param>
    /// <param name="detailType">The type, such as <c>Review Posted</c>.</param>
    /// <param name="detail">The detail, a JSON object.</param>
    /// <returns>The event.</returns>
    public static string EventBridge(string source, string detailType, string detail) => Write(writer =>
    {
        writer.WriteString("version", "0");
        writer.WriteString("id", "6a7e8feb-b491-4cf7-a9f1-bf3703467718");
        writer.WriteString("detail-type", detailType);
        writer.WriteString("source", source);
        writer.WriteString("account", Account);
        writer.WriteString("time", Time);
        writer.WriteString("region", Region);
        writer.WriteStartArray("resources");
        writer.WriteEndArray();
        writer.WritePropertyName("detail");
        writer.WriteRawValue(detail);
    });

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

    private static string Scheduled(string source, string? model) => Write(writer =>
    {
        writer.WriteString("version", "0");
        writer.WriteString("id", "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa");
        writer.WriteString("detail-type", "Scheduled Event");
        writer.WriteString("source", source);
        writer.WriteString("account", Account);
        writer.WriteString("time", "2026-01-01T00:00:00Z");
        writer.WriteString("region", Region);
        writer.WriteStartArray("resources");
        writer.WriteStringValue($"arn:aws:events:{Region}:{Account}:rule/warm");
        writer.WriteEndArray();
        writer.WriteStartObject("detail");
        writer.WriteEndObject();
        if (model is not null)
        {
            writer.WriteString("model", model);
        }
    });

    private static void WriteHttpApi(
        Utf8JsonWriter writer, string method, string path, string? body, bool base64, string contentType, string stage)
    {
        writer.WriteString("version", "2.0");
        writer.WriteString("routeKey", "$default");
        writer.WriteString("rawPath", path);
        writer.WriteString("rawQueryString", string.Empty);
        WriteHeaders(writer, contentType);
        writer.WriteStartObject("requestContext");
        writer.WriteString("accountId", Account);
        writer.WriteStartObject("http");
        writer.WriteString("method", method);
        writer.WriteString("path", path);
        writer.WriteString("protocol", "HTTP/1.1");
        writer.WriteString("sourceIp", "192.0.2.1");
        writer.WriteString("userAgent", "test");
        writer.WriteEndObject();
        writer.WriteString("requestId", "id");
        writer.WriteString("stage", stage);
        writer.WriteEndObject();
        WriteBody(writer, body, base64);
    }

    private static void WriteHeaders(Utf8JsonWriter writer, string contentType)
    {
        writer.WriteStartObject("headers");
        writer.WriteString("content-type", contentType);
        writer.WriteString("host", "function.example.com");
        writer.WriteEndObject();
    }

    private static void WriteBody(Utf8JsonWriter writer, string? body, bool base64)
    {
        if (body is not null)
        {
            writer.WriteString("body", body);
        }

        writer.WriteBoolean("isBase64Encoded", body is not null && base64);
    }

    private static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Id(string kind, int index) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{index + 1}");

    private static string WriteRecords(int count, Action<Utf8JsonWriter, int> record) => Write(writer =>
    {
        writer.WriteStartArray("Records");
        for (int i = 0; i < count; i++)
        {
            writer.WriteStartObject();
            record(writer, i);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

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
