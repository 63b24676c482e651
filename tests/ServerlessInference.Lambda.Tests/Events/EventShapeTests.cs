using System.Text;
using System.Text.Json;
using ServerlessInference.Lambda.Events;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events;

public sealed class EventShapeTests
{
    [Theory]
    [InlineData("5", EventKind.Unknown)]
    [InlineData("null", EventKind.Unknown)]
    [InlineData("[1,{\"a\":[]}]", EventKind.Unknown)]
    [InlineData("{}", EventKind.Unknown)]
    [InlineData("""{"version":{"a":1},"source":"me"}""", EventKind.Unknown)]
    [InlineData("""{"Records":[]}""", EventKind.Unknown)]
    [InlineData("""{"Records":[1,{"eventSource":"mine"}]}""", EventKind.Unknown)]
    [InlineData("""{"Records":{"eventSource":"aws:sqs"}}""", EventKind.Unknown)]
    [InlineData("""{"Records":[{"messageId":"a","attributes":{"x":[1]},"eventSource":"aws:sqs"}]}""", EventKind.Sqs)]
    [InlineData("""{"Records":[{"EventSource":"aws:sns","Sns":{}}]}""", EventKind.Sns)]
    [InlineData("""{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3"}]}""", EventKind.S3)]
    [InlineData("""{"Records":[{"kinesis":{"data":"eA=="},"eventSource":"aws:kinesis"}]}""", EventKind.Kinesis)]
    [InlineData("""{"Records":[{"eventID":"1","dynamodb":{},"eventSource":"aws:dynamodb"}]}""", EventKind.DynamoDb)]
    [InlineData("""{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}""", EventKind.S3Test)]
    [InlineData("""{"invocationSchemaVersion":"2.0","invocationId":"i","job":{},"tasks":[{}]}""", EventKind.S3Batch)]
    [InlineData("""{"version":"0","id":"1","detail-type":"Object Created","source":"aws.s3","detail":{}}""", EventKind.S3EventBridge)]
    [InlineData("""{"version":"0","id":"1","detail-type":"Order","source":"shop","detail":{}}""", EventKind.EventBridge)]
    [InlineData("""{"requestContext":{"http":{"method":"GET"}},"version":"2.0"}""", EventKind.HttpV2)]
    [InlineData("""{"version":"1.0","resource":"/","httpMethod":"GET","requestContext":{"stage":"prod"}}""", EventKind.HttpV1)]
    [InlineData("""{"httpMethod":"GET","requestContext":{"elb":{"targetGroupArn":"x"}}}""", EventKind.LoadBalancer)]
    public void Read_Event_ReturnsItsKind(string payload, object kind) =>
        Assert.Equal((EventKind)kind, EventShape.Read(Encoding.UTF8.GetBytes(payload)));

    [Fact]
    public void Read_EventsOfTheBuilder_AreTold()
    {
        Assert.Equal(EventKind.HttpV2, Read(LambdaEvents.HttpApi("POST", "/", new byte[3])));
        Assert.Equal(EventKind.HttpV1, Read(LambdaEvents.RestApi("POST", "/", new byte[3])));
        Assert.Equal(EventKind.LoadBalancer, Read(LambdaEvents.LoadBalancer("POST", "/", new byte[3])));
        Assert.Equal(EventKind.EventBridge, Read(LambdaEvents.ScheduledRule()));
        Assert.Equal(EventKind.S3, Read(LambdaEvents.S3Notification("b", "k")));
        Assert.Equal(EventKind.S3InSqs, Read(LambdaEvents.Sqs(LambdaEvents.S3Notification("b", "k"))));
        Assert.Equal(EventKind.S3InSqs, Read(LambdaEvents.Sqs(LambdaEvents.SnsMessage(LambdaEvents.S3Test()))));
        Assert.Equal(EventKind.Sqs, Read(LambdaEvents.Sqs("""{"text":"aws:s3","Records":[]}""")));
        Assert.Equal(EventKind.S3Batch, Read(LambdaEvents.S3Batch("1.0", "b", "k")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"a":1""")]
    [InlineData("""{"Records":[{"a":1""")]
    [InlineData("nonsense")]
    public void Read_NoJson_Throws(string payload) => Assert.ThrowsAny<JsonException>(() => Read(payload));

    private static EventKind Read(string payload) => EventShape.Read(Encoding.UTF8.GetBytes(payload));
}
