using System.Text.Json;

namespace ServerlessInference.Lambda.Events;

/// <summary>Opens the envelopes in which AWS services put messages of other services.</summary>
/// <remarks>
/// <para>An envelope may contain another one: an event of EventBridge in a notification of SNS in a message of SQS. The deepest nesting
/// that AWS creates is an S3 notification that SNS delivered to a function, which failed, and whose failure was sent through SNS into a
/// queue.</para>
/// <para>Sources: "Message and JSON formats" of the Amazon SNS Developer Guide; "Events" of the Amazon EventBridge User Guide; "Capturing
/// records of Lambda asynchronous invocations" of the AWS Lambda Developer Guide; the pointers that the SQS Extended Client Library
/// writes.</para>
/// </remarks>
internal static class MessageEnvelope
{
    /// <summary>The maximum number of envelopes inside of each other.</summary>
    public const int MaxDepth = 5;

    /// <summary>Returns whether a text may be an envelope. Messages that are not are recognised without parsing them.</summary>
    public static bool MayBe(ReadOnlySpan<byte> text) => !text.IsEmpty
        && (text[0] is (byte)'{' or (byte)'[' or (byte)' ' or (byte)'\r' or (byte)'\n' or (byte)'\t')
        && (text.IndexOf("\"TopicArn\""u8) >= 0 || text.IndexOf("\"detail-type\""u8) >= 0 || text.IndexOf("\"requestContext\""u8) >= 0
            || text.IndexOf("S3Pointer\""u8) >= 0);

    /// <summary>Opens one envelope.</summary>
    /// <param name="message">The message.</param>
    /// <param name="text">The message inside, if it is a text.</param>
    /// <param name="inner">The message inside, if it is JSON.</param>
    /// <returns>Whether the message is an envelope; if so, one of the two is set.</returns>
    /// <exception cref="InvalidInputException">The message inside cannot be reached.</exception>
    public static bool TryOpen(JsonElement message, out string? text, out JsonElement inner)
    {
        text = null;
        inner = default;
        if (message.ValueKind == JsonValueKind.Array)
        {
            ThrowIfPointer(message);
            return false;
        }

        if (message.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        if (EventJson.ReadText(message, "TopicArn") is not null && EventJson.ReadText(message, "Message") is { } notification)
        {
            text = notification;
            return true;
        }

        if (EventJson.ReadText(message, "detail-type") is not null
            && EventJson.ReadText(message, "source") is not null
            && EventJson.FindMember(message, "detail") is { ValueKind: JsonValueKind.Object } detail)
        {
            inner = detail;
            return true;
        }

        return TryOpenFailure(message, out inner) || TryOpenTopic(message, out text);
    }

    /// <summary>Opens the record of an invocation that failed, which a destination of the function has received.</summary>
    private static bool TryOpenFailure(JsonElement message, out JsonElement inner)
    {
        inner = default;
        if (EventJson.FindMember(message, "requestContext") is not { } context
            || EventJson.ReadText(context, "condition") is not { } condition
            || EventJson.ReadText(context, "functionArn") is null)
        {
            return false;
        }

        if (condition == "Success")
        {
            throw new InvalidInputException(
                InvalidInputKind.Unprocessable,
                "The message is the record of an invocation that succeeded (a Lambda destination). Its event has been answered. Send " +
                "only failures (OnFailure) to this queue.");
        }

        inner = EventJson.FindMember(message, "requestPayload") ?? throw new InvalidInputException(
            InvalidInputKind.Unprocessable,
            "The message is the record of failed stream records (a Lambda destination). It has their position in the stream, but not the " +
            "records. Read them from the stream, or use an S3 bucket as the destination, which receives the records as well.");
        return true;
    }

    // SNS delivers one notification with each invocation.
    private static bool TryOpenTopic(JsonElement message, out string? text)
    {
        text = null;
        if (EventJson.FindMember(message, "Records") is { ValueKind: JsonValueKind.Array } records && records.GetArrayLength() == 1
            && EventJson.FindMember(records[0], "Sns") is { } notification)
        {
            text = EventJson.ReadText(notification, "Message");
        }

        return text is not null;
    }

    private static void ThrowIfPointer(JsonElement message)
    {
        if (message.GetArrayLength() == 2 && message[0].ValueKind == JsonValueKind.String
            && EventJson.ReadText(message[0]).EndsWith("S3Pointer", StringComparison.Ordinal))
        {
            throw new InvalidInputException(
                InvalidInputKind.Unprocessable,
                "The message is a pointer of the SQS Extended Client Library: its text is in an S3 bucket, and only that library can " +
                "remove it from there. Send {\"s3\":\"s3://bucket/key\"} instead, and allow the bucket in References.");
        }
    }
}
