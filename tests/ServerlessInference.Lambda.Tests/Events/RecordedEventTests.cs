using System.Text.Json.Nodes;
using ServerlessInference.Lambda.Tests.Events.S3;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events;

/// <summary>
/// Events as AWS's services send them, whole: the files in <c>Recorded/</c>, with the members of AWS's documented examples and values of
/// our own.
/// </summary>
public sealed class RecordedEventTests
{
    private const string Photo = "s3://photos/incoming/sommer 2026/grün+1.jpg";
    private const string Version = "?versionId=096fKKXTRTtl3on89fVO.nfljtsv6qko";
    private static readonly string Folder = Path.Combine(
        Repository.Root, "tests", "ServerlessInference.Lambda.Tests", "Events", "Recorded");

    private readonly MemorySink _sink = new();

    public static TheoryData<string> Names =>
        new(Directory.GetFiles(Folder, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("s3-notification", Photo + Version)]
    [InlineData("s3-eventbridge", Photo + Version)]
    [InlineData("s3-in-sns", Photo + Version)]
    [InlineData("s3-in-sqs", Photo + Version)]
    [InlineData("s3-in-sns-in-sqs", Photo + Version)]
    [InlineData("s3-eventbridge-in-sqs", Photo + Version)]
    [InlineData("s3-failure-in-sqs", Photo + Version)]
    [InlineData("s3-cloudtrail", Photo + Version)]
    [InlineData("s3-batch-1.0", Photo + Version)]
    [InlineData("s3-batch-2.0", Photo)]
    [InlineData("s3-test")]
    [InlineData("sqs", "first text", "second text")]
    [InlineData("sqs-fifo", "first text", "second text")]
    [InlineData("sns", "first text")]
    [InlineData("eventbridge", "first text")]
    [InlineData("kinesis", "first text", "second text")]
    [InlineData("kinesis-pipe", "first text", "second text")]
    [InlineData("dynamodb", "first text", "second text")]
    [InlineData("http-api", "first text")]
    [InlineData("rest-api", "first text")]
    [InlineData("load-balancer", "first text")]
    [InlineData("step-functions", "first text")]
    [InlineData("step-functions-distributed-map", Photo)]
    public async Task Invoke_RecordedEvent_AnswersItsInputs(string name, params string[] inputs)
    {
        await using InMemoryFunction function = await StartAsync();

        InvocationResult result = await function.InvokeAsync(await ReadAsync(name), Token);

        Assert.Null(result.Error);
        Assert.Equal(
            inputs, _sink.Records.Select(record => record.SourceObject?.ToString() ?? ((InferenceResult<Answer>)record.Result).Value.Text));
        Assert.All(_sink.Records, record => Assert.Equal(2026, record.Time.Year));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Invoke_EventWithAMemberGoneOrChanged_AnswersOrSaysWhatItIs(string name)
    {
        await using InMemoryFunction function = await StartAsync();
        string payload = await ReadAsync(name);
        foreach (string path in Paths(JsonNode.Parse(payload)!, []).ToList())
        {
            foreach (JsonNode? replacement in new JsonNode?[] { null, 5, "x", new JsonArray(), new JsonObject() })
            {
                JsonNode changed = JsonNode.Parse(payload)!;
                Replace(changed, path.Split('\n'), replacement);

                InvocationResult result = await function.InvokeAsync(changed.ToJsonString(), Token);

                // Whatever is sent is the sender's error or answered: nothing of it may look like a fault of the function.
                Assert.True(
                    result.Error is null
                        or { Type: "InvalidInputException" or "MessagesFailed" or "S3ObjectsFailed", Message.Length: > 20 },
                    $"{name}: {path.Replace('\n', '.')} = {replacement?.ToJsonString() ?? "(gone)"}: {result.Error?.Type} " +
                    $"{result.Error?.Message}");
                Assert.DoesNotContain("\"statusCode\":500", result.Text, StringComparison.Ordinal);
            }
        }
    }

    private static Task<string> ReadAsync(string name) => File.ReadAllTextAsync(Path.Combine(Folder, name + ".json"), Token);

    private static IEnumerable<string> Paths(JsonNode node, string[] above)
    {
        IEnumerable<(string Name, JsonNode? Value)> children = node switch
        {
            JsonObject members => members.Select(member => (member.Key, member.Value)),
            JsonArray items => items.Select((item, i) => ($"{i}", item)),
            _ => [],
        };
        foreach ((string name, JsonNode? value) in children)
        {
            string[] path = [.. above, name];
            yield return string.Join('\n', path);
            foreach (string below in value is null ? [] : Paths(value, path))
            {
                yield return below;
            }
        }
    }

    private static void Replace(JsonNode root, string[] path, JsonNode? replacement)
    {
        JsonNode parent = root;
        foreach (string step in path[..^1])
        {
            parent = parent is JsonArray items ? items[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)]! : parent[step]!;
        }

        if (parent is JsonArray array)
        {
            array[int.Parse(path[^1], System.Globalization.CultureInfo.InvariantCulture)] = replacement;
        }
        else if (replacement is null)
        {
            parent.AsObject().Remove(path[^1]);
        }
        else
        {
            parent[path[^1]] = replacement;
        }
    }

    private Task<InMemoryFunction> StartAsync()
    {
        var bucket = new FakeBucket();
        bucket["photos/incoming/sommer 2026/grün+1.jpg"] = "photo"u8.ToArray();
        bucket["photos/incoming/sommer 2026/grün+1.jpg?096fKKXTRTtl3on89fVO.nfljtsv6qko"] = "photo"u8.ToArray();
        return TestFunction.StartAsync(
            builder => builder
                .MapS3Objects("texts", results => results.To(_sink))
                .MapS3Batch("texts", results => results.To(_sink))
                .MapSqs("texts", results => results.To(_sink))
                .MapSns("texts", results => results.To(_sink))
                .MapEvents("texts", results => results.To(_sink))
                .MapKinesis("texts", results => results.To(_sink))
                .MapDynamoDbStream("texts", results => results.To(_sink), stream => stream.Attribute = "text")
                .MapHttp("texts", "/", results => results.To(_sink))
                .MapDirect("texts", results => results.To(_sink), options => options.References.Buckets.Add("photos")),
            bucket,
            new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));
    }
}
