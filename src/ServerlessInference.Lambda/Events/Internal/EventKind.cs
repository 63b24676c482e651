namespace ServerlessInference.Lambda;

/// <summary>Which service sent an event, as far as its shape tells.</summary>
internal enum EventKind
{
    /// <summary>None that is known: a direct call, a step of a state machine.</summary>
    Unknown,

    /// <summary>HTTP through API Gateway's HTTP API or a function URL, payload format 2.0.</summary>
    HttpV2,

    /// <summary>HTTP through API Gateway's REST API, or an HTTP API with payload format 1.0.</summary>
    HttpV1,

    /// <summary>HTTP through an Application Load Balancer.</summary>
    LoadBalancer,

    /// <summary>A batch of SQS messages.</summary>
    Sqs,

    /// <summary>SNS notifications.</summary>
    Sns,

    /// <summary>S3 notifications.</summary>
    S3,

    /// <summary>The event that S3 sends once when notifications are set up.</summary>
    S3Test,

    /// <summary>A batch of Kinesis records.</summary>
    Kinesis,

    /// <summary>A batch of changes of a DynamoDB table.</summary>
    DynamoDb,

    /// <summary>An event of EventBridge, scheduled ones included.</summary>
    EventBridge,

    /// <summary>A task of S3 Batch Operations.</summary>
    S3Batch,

    /// <summary>An event of EventBridge that S3 sent.</summary>
    S3EventBridge,

    /// <summary>A batch of SQS messages, the first of which holds a notification of S3.</summary>
    S3InSqs,
}
