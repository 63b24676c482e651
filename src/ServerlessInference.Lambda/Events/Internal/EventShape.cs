using System.Text.Json;
using ServerlessInference.Lambda.Events.S3;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Events;

/// <summary>
/// Recognises from the first members of an event which service sent it. Allocates nothing, and stops as soon as it knows.
/// </summary>
internal static class EventShape
{
    /// <summary>Recognises the kind of an event.</summary>
    /// <param name="payload">The event, UTF-8 JSON.</param>
    /// <returns>The kind.</returns>
    /// <exception cref="JsonException">The part of the event that was read is not JSON.</exception>
    public static EventKind Read(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload, EventJson.ReaderOptions);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return ReadOther(ref reader);
        }

        var members = default(Members);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            EventKind kind = ReadMember(ref reader, ref members);
            if (kind == EventKind.Unknown)
            {
                kind = members.FindKind();
            }

            if (kind != EventKind.Unknown)
            {
                return kind;
            }
        }

        // The last call of a tumbling window names its stream, but has no records. REST APIs are recognised by what their events do not
        // contain. Both require that all members have been read.
        return members.Stream != EventKind.Unknown ? members.Stream
            : members is { HasMethod: true, HasContext: true } ? EventKind.HttpV1
            : EventKind.Unknown;
    }

    /// <summary>Describes a kind in words, for messages.</summary>
    public static string Describe(EventKind kind) => kind switch
    {
        EventKind.HttpV2 => "an HTTP request (API Gateway payload format 2.0 or function URL)",
        EventKind.HttpV1 => "an HTTP request (API Gateway payload format 1.0)",
        EventKind.LoadBalancer => "an HTTP request (Application Load Balancer)",
        EventKind.Sqs => "SQS messages",
        EventKind.Sns => "an SNS notification",
        EventKind.S3 => "an S3 notification",
        EventKind.S3Test => "the test event of S3 notifications",
        EventKind.Kinesis => "Kinesis records",
        EventKind.DynamoDb => "DynamoDB stream records",
        EventKind.EventBridge => "an EventBridge event",
        EventKind.S3Batch => "an S3 Batch Operations task",
        EventKind.S3EventBridge => "an S3 event of EventBridge",
        EventKind.S3InSqs => "SQS messages with S3 notifications",
        EventKind.Kafka => "Kafka records",
        EventKind.Firehose => "records of a Firehose stream",
        EventKind.S3InSns => "an SNS notification with an S3 notification",
        _ => "an event of no known service (a direct call)",
    };

    /// <summary>
    /// Recognises an event that is not an object. EventBridge Pipes send the records of a queue or a stream as an array, without an object
    /// around it.
    /// </summary>
    private static EventKind ReadOther(ref Utf8JsonReader reader)
    {
        EventKind kind = reader.TokenType == JsonTokenType.StartArray ? ReadList(ref reader) : EventKind.Unknown;
        if (kind == EventKind.Unknown)
        {
            // The reader checks that the remaining event is valid JSON.
            while (reader.Read())
            {
            }
        }

        return kind;
    }

    /// <summary>Reads one member, and leaves the reader at its end.</summary>
    /// <returns>The event's kind, if this member alone determines it.</returns>
    private static EventKind ReadMember(ref Utf8JsonReader reader, ref Members members)
    {
        if (reader.ValueTextEquals("requestContext"u8))
        {
            members.HasContext = true;
            ReadContext(ref reader, ref members);
            return EventKind.Unknown;
        }

        if (reader.ValueTextEquals("Records"u8))
        {
            return ReadRecords(ref reader);
        }

        if (reader.ValueTextEquals("version"u8))
        {
            members.IsVersion2 = ReadEquals(ref reader, "2.0"u8);
        }
        else if (reader.ValueTextEquals("source"u8))
        {
            members.HasSource = true;
            members.IsFromS3 = ReadEquals(ref reader, "aws.s3"u8);
        }
        else if (reader.ValueTextEquals("eventSourceARN"u8))
        {
            reader.Read();
            members.Stream = ReadStream(ref reader);
        }
        else if (reader.ValueTextEquals("deliveryStreamArn"u8))
        {
            return EventKind.Firehose;
        }
        else if (reader.ValueTextEquals("eventSource"u8))
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.String
                && (reader.ValueTextEquals("aws:kafka"u8) || reader.ValueTextEquals("SelfManagedKafka"u8)))
            {
                return EventKind.Kafka;
            }
        }
        else if (reader.ValueTextEquals("Event"u8))
        {
            if (ReadEquals(ref reader, "s3:TestEvent"u8))
            {
                return EventKind.S3Test;
            }
        }
        else
        {
            members.HasPath |= reader.ValueTextEquals("rawPath"u8) || reader.ValueTextEquals("routeKey"u8);
            members.HasMethod |= reader.ValueTextEquals("httpMethod"u8);
            members.HasDetailType |= reader.ValueTextEquals("detail-type"u8);
            members.HasSchema |= reader.ValueTextEquals("invocationSchemaVersion"u8);
            members.HasTasks |= reader.ValueTextEquals("tasks"u8);
        }

        reader.Skip();
        return EventKind.Unknown;
    }

    private static EventKind ReadStream(ref Utf8JsonReader reader) => reader.TokenType != JsonTokenType.String ? EventKind.Unknown
        : reader.ValueSpan.IndexOf(":kinesis:"u8) >= 0 ? EventKind.Kinesis
        : reader.ValueSpan.IndexOf(":dynamodb:"u8) >= 0 ? EventKind.DynamoDb
        : EventKind.Unknown;

    private static bool ReadEquals(ref Utf8JsonReader reader, ReadOnlySpan<byte> expected)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(expected);
    }

    private static void ReadContext(ref Utf8JsonReader reader, ref Members members)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            members.HasHttpContext |= reader.ValueTextEquals("http"u8);
            members.HasBalancerContext |= reader.ValueTextEquals("elb"u8);
            reader.Skip();
        }
    }

    private static EventKind ReadRecords(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return EventKind.Unknown;
        }

        return ReadList(ref reader);
    }

    private static EventKind ReadList(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            EventKind kind = ReadRecord(ref reader);
            if (kind != EventKind.Unknown)
            {
                return kind;
            }
        }

        return EventKind.Unknown;
    }

    private static EventKind ReadRecord(ref Utf8JsonReader reader)
    {
        bool hasNotification = false, isTopic = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("body"u8))
            {
                reader.Read();
                hasNotification = IsNotification(ref reader);
            }

            else if (reader.ValueTextEquals("Sns"u8))
            {
                reader.Read();
                return ReadTopic(ref reader);
            }

            // SNS writes the name with a capital letter. What it contains follows.
            else if (reader.ValueTextEquals("eventSource"u8) || reader.ValueTextEquals("EventSource"u8))
            {
                reader.Read();
                EventKind kind = ReadSource(ref reader, hasNotification);
                isTopic = kind == EventKind.Sns;
                if (kind != EventKind.Unknown && !isTopic)
                {
                    return kind;
                }
            }

            reader.Skip();
        }

        return isTopic ? EventKind.Sns : EventKind.Unknown;
    }

    /// <summary>Reads an SNS notification, and finds out whether it contains a notification of S3.</summary>
    private static EventKind ReadTopic(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return EventKind.Sns;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isMessage = reader.ValueTextEquals("Message"u8);
            reader.Read();
            if (isMessage)
            {
                return IsNotification(ref reader) ? EventKind.S3InSns : EventKind.Sns;
            }

            reader.Skip();
        }

        return EventKind.Sns;
    }

    private static EventKind ReadSource(ref Utf8JsonReader reader, bool hasNotification)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return EventKind.Unknown;
        }

        return reader.ValueTextEquals("aws:sqs"u8) ? ReadMessage(ref reader, hasNotification)
            : reader.ValueTextEquals("aws:sns"u8) ? EventKind.Sns
            : reader.ValueTextEquals("aws:s3"u8) ? EventKind.S3
            : reader.ValueTextEquals("aws:kinesis"u8) ? EventKind.Kinesis
            : reader.ValueTextEquals("aws:dynamodb"u8) ? EventKind.DynamoDb
            : reader.ValueTextEquals("aws:kafka"u8) || reader.ValueTextEquals("SelfManagedKafka"u8) ? EventKind.Kafka
            : EventKind.Unknown;
    }

    // A message's body usually precedes its source, but nothing guarantees that, so the remaining members are searched for it.
    private static EventKind ReadMessage(ref Utf8JsonReader reader, bool hasNotification)
    {
        while (!hasNotification && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("body"u8))
            {
                reader.Read();
                hasNotification = IsNotification(ref reader);
            }

            reader.Skip();
        }

        return hasNotification ? EventKind.S3InSqs : EventKind.Sqs;
    }

    // Most bodies that are not S3 notifications do not mention S3, so few bodies have to be parsed.
    private static bool IsNotification(ref Utf8JsonReader reader)
    {
        try
        {
            return MentionsS3(ref reader) && NotificationReader.IsNotification(reader.GetString()!);
        }
        catch (InvalidOperationException)
        {
            // Invalid text, such as a lone surrogate: the reader of the message reports it.
            return false;
        }
    }

    private static bool MentionsS3(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.String
        && (reader.ValueSpan.IndexOf("aws:s3"u8) >= 0
            || reader.ValueSpan.IndexOf("aws.s3"u8) >= 0
            || reader.ValueSpan.IndexOf("s3:TestEvent"u8) >= 0);

    /// <summary>The members of an event that were found so far.</summary>
    private struct Members
    {
        /// <summary>The kind of the stream that the event names.</summary>
        public EventKind Stream;

        public bool IsVersion2;
        public bool HasPath;
        public bool HasMethod;
        public bool HasContext;
        public bool HasHttpContext;
        public bool HasBalancerContext;
        public bool HasSource;
        public bool IsFromS3;
        public bool HasDetailType;
        public bool HasSchema;
        public bool HasTasks;

        /// <summary>Returns the kind that these members determine; <see cref="EventKind.Unknown"/> while more of them are needed.</summary>
        public readonly EventKind FindKind()
        {
            if (IsVersion2 && (HasPath || HasHttpContext))
            {
                return EventKind.HttpV2;
            }

            if (HasBalancerContext && HasMethod)
            {
                return EventKind.LoadBalancer;
            }

            if (HasSource && HasDetailType)
            {
                return IsFromS3 ? EventKind.S3EventBridge : EventKind.EventBridge;
            }

            return HasSchema && HasTasks ? EventKind.S3Batch : EventKind.Unknown;
        }
    }
}
