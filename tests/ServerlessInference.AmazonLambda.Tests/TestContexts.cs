using System.Text.Json.Serialization;
using Amazon.Lambda.Core;
using Moq;

namespace ServerlessInference.AmazonLambda.Tests;

public sealed record Question(string Text, int Number = 0);

public sealed record Answer(string Text, string RequestId);

[JsonSerializable(typeof(Question))]
[JsonSerializable(typeof(Answer))]
public sealed partial class TestJson : JsonSerializerContext;

internal static class TestContexts
{
    public static Mock<ILambdaContext> Create(TimeSpan? remaining = null)
    {
        var context = new Mock<ILambdaContext> { CallBase = true };
        context.Setup(it => it.AwsRequestId).Returns("request-1");
        context.Setup(it => it.InvokedFunctionArn).Returns("arn:aws:lambda:eu-central-1:123456789012:function:test");
        context.Setup(it => it.RemainingTime).Returns(remaining ?? TimeSpan.FromSeconds(30));
        return context;
    }
}
