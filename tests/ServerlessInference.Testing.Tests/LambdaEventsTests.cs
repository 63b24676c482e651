using System.Text.Json;

namespace ServerlessInference.Testing.Tests;

public sealed class LambdaEventsTests
{
    public static TheoryData<string> All => new(
        LambdaEvents.HttpApi("GET", "/"),
        LambdaEvents.HttpApi("POST", "/", new byte[] { 251, 252, 253 }),
        LambdaEvents.HttpApiText("POST", "/", "\"text\""),
        LambdaEvents.RestApi("POST", "/", new byte[3]),
        LambdaEvents.LoadBalancer("POST", "/", new byte[3]),
        LambdaEvents.ScheduledRule(),
        LambdaEvents.Schedule("model"),
        LambdaEvents.Sqs("a"),
        LambdaEvents.SqsFifo(("g", "a")),
        LambdaEvents.Kinesis([1, 2]),
        LambdaEvents.DynamoDbStream("text", "a", null));

    [Theory]
    [MemberData(nameof(All))]
    public void Events_All_AreJsonObjects(string payload)
    {
        using JsonDocument document = JsonDocument.Parse(payload);

        Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
    }

    [Fact]
    public void HttpApi_Body_IsInBase64WithoutEscapes()
    {
        string payload = LambdaEvents.HttpApi("POST", "/", new byte[] { 251, 252, 253 });

        Assert.Contains("\"body\":\"+/z9\",\"isBase64Encoded\":true", payload, StringComparison.Ordinal);
    }
}
