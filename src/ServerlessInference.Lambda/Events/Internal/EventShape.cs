using System.Text.Json;

namespace ServerlessInference.Lambda;

/// <summary>Tells from the first members of an event which service sent it. Allocates nothing and stops as soon as it knows.</summary>
internal static class EventShape
{
    /// <summary>Looks at an event.</summary>
    /// <param name="payload">The event, UTF-8 JSON.</param>
    /// <returns>Its kind.</returns>
    /// <exception cref="JsonException">It is no JSON, as far as was looked.</exception>
    public static EventKind Read(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            // A value of its own: let the reader see that it is one.
            reader.Skip();
            return EventKind.Unknown;
        }

        bool version2 = false, path = false, method = false, http = false, balancer = false, context = false;
        bool source = false, s3 = false, detailType = false, schema = false, tasks = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("version"u8))
            {
                reader.Read();
                version2 = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("2.0"u8);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("rawPath"u8) || reader.ValueTextEquals("routeKey"u8))
            {
                path = true;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("requestContext"u8))
            {
                context = true;
                ReadContext(ref reader, ref http, ref balancer);
            }
            else if (reader.ValueTextEquals("Records"u8))
            {
                EventKind kind = ReadRecords(ref reader);
                if (kind != EventKind.Unknown)
                {
                    return kind;
                }
            }
            else if (reader.ValueTextEquals("source"u8))
            {
                source = true;
                reader.Read();
                s3 = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("aws.s3"u8);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("Event"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("s3:TestEvent"u8))
                {
                    return EventKind.S3Test;
                }

                reader.Skip();
            }
            else
            {
                method |= reader.ValueTextEquals("httpMethod"u8);
                detailType |= reader.ValueTextEquals("detail-type"u8);
                schema |= reader.ValueTextEquals("invocationSchemaVersion"u8);
                tasks |= reader.ValueTextEquals("tasks"u8);
                reader.Skip();
            }

            if (version2 && (path || http))
            {
                return EventKind.HttpV2;
            }

            if (balancer && method)
            {
                return EventKind.LoadBalancer;
            }

            if (source && detailType)
            {
                return s3 ? EventKind.S3EventBridge : EventKind.EventBridge;
            }

            if (schema && tasks)
            {
                return EventKind.S3Batch;
            }
        }

        return method && context ? EventKind.HttpV1 : EventKind.Unknown;
    }

    /// <summary>Gives the name of a kind as people know it.</summary>
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
        _ => "an event of no known service (a direct call)",
    };

    private static void ReadContext(ref Utf8JsonReader reader, ref bool http, ref bool balancer)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            http |= reader.ValueTextEquals("http"u8);
            balancer |= reader.ValueTextEquals("elb"u8);
            reader.Skip();
        }
    }

    // What is no notification of S3 does not mention it, mostly, so that few bodies are looked into.
    private static bool IsNotification(ref Utf8JsonReader reader)
    {
        try
        {
            return MentionsS3(ref reader) && NotificationReader.IsNotification(reader.GetString()!);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: the message's own reader reports it.
            return false;
        }
    }

    private static bool MentionsS3(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.String
        && (reader.ValueSpan.IndexOf("aws:s3"u8) >= 0 || reader.ValueSpan.IndexOf("aws.s3"u8) >= 0 || reader.ValueSpan.IndexOf("s3:TestEvent"u8) >= 0);

    // A message's body comes before its source mostly, but nothing says that it must.
    private static EventKind Messages(ref Utf8JsonReader reader, bool notification)
    {
        while (!notification && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("body"u8))
            {
                reader.Read();
                notification = IsNotification(ref reader);
            }

            reader.Skip();
        }

        return notification ? EventKind.S3InSqs : EventKind.Sqs;
    }

    private static EventKind ReadRecords(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return EventKind.Unknown;
        }

        EventKind kind = EventKind.Unknown;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            bool notification = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("body"u8))
                {
                    reader.Read();
                    notification = IsNotification(ref reader);
                }

                // SNS writes it with a capital.
                else if (reader.ValueTextEquals("eventSource"u8) || reader.ValueTextEquals("EventSource"u8))
                {
                    reader.Read();
                    kind = reader.TokenType != JsonTokenType.String ? EventKind.Unknown
                        : reader.ValueTextEquals("aws:sqs"u8) ? Messages(ref reader, notification)
                        : reader.ValueTextEquals("aws:sns"u8) ? EventKind.Sns
                        : reader.ValueTextEquals("aws:s3"u8) ? EventKind.S3
                        : reader.ValueTextEquals("aws:kinesis"u8) ? EventKind.Kinesis
                        : reader.ValueTextEquals("aws:dynamodb"u8) ? EventKind.DynamoDb
                        : EventKind.Unknown;
                    if (kind != EventKind.Unknown)
                    {
                        return kind;
                    }
                }

                reader.Skip();
            }
        }

        return kind;
    }
}
