namespace ServerlessInference.Lambda.Invocations;

/// <summary>The service that sent an event, as far as the event's members show.</summary>
internal enum EventKind
{
    /// <summary>No known service: a direct call, or a step of a state machine.</summary>
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

    /// <summary>The test event that S3 sends once when notifications are configured.</summary>
    S3Test,

    /// <summary>A batch of Kinesis records.</summary>
    Kinesis,

    /// <summary>A batch of change records of a DynamoDB table.</summary>
    DynamoDb,

    /// <summary>An EventBridge event, including scheduled events.</summary>
    EventBridge,

    /// <summary>A task of S3 Batch Operations.</summary>
    S3Batch,

    /// <summary>An EventBridge event that S3 sent.</summary>
    S3EventBridge,

    /// <summary>A batch of SQS messages, the first of which contains an S3 notification.</summary>
    S3InSqs,

    /// <summary>An SNS notification that contains an S3 notification.</summary>
    S3InSns,

    /// <summary>A batch of Kafka records.</summary>
    Kafka,

    /// <summary>Records that a Firehose stream transforms.</summary>
    Firehose,
}
