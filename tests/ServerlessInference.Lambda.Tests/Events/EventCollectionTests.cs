using ServerlessInference.Lambda.Tests.Events.S3;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events;

/// <summary>
/// Collections of events that others have published, such as those in the tests of Amazon's own libraries. The variable
/// SERVERLESS_INFERENCE_EVENTS names a folder with such files, which are not a part of this repository.
/// </summary>
public sealed class EventCollectionTests(ITestOutputHelper output)
{
    private const string Variable = "SERVERLESS_INFERENCE_EVENTS";

    /// <summary>The errors with which an event may be refused: they say what is wrong with it, or what was not mapped.</summary>
    private static readonly string[] Refusals = ["InvalidInputException", "S3ObjectsFailed", "MessagesFailed"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Invoke_EveryPublishedEvent_IsAnsweredOrSaysWhyNot()
    {
        string? folder = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(folder), $"{Variable} is not set to a folder with event files.");
        await using InMemoryFunction function = await StartAsync();
        var surprises = new List<string>();
        string[] files = Directory.GetFiles(folder!, "*.json", SearchOption.AllDirectories);
        foreach (string file in files.Order(StringComparer.Ordinal))
        {
            InvocationResult result = await function.InvokeAsync(await File.ReadAllTextAsync(file, Token), Token);
            string outcome = Describe(result);
            output.WriteLine($"{Path.GetRelativePath(folder!, file)}: {outcome}");
            if (result.Error is { } error && !Refusals.Contains(error.Type))
            {
                surprises.Add($"{file}: {outcome}");
            }
        }

        Assert.NotEmpty(files);
        Assert.Empty(surprises);
    }

    private static string Describe(InvocationResult result) => result.Error is { } error
        ? $"{error.Type}: {error.Message}"
        : result.Text.Length <= 200 ? result.Text : result.Text[..200];

    private static Task<InMemoryFunction> StartAsync() => TestFunction.StartAsync(
        builder => builder
            .UseWarmup(warmup => warmup.ScheduledEvents = false) // a warm-up would wait for models that are never loaded
            .MapS3Objects("texts", results => results.To(new MemorySink()))
            .MapS3Batch("texts", results => results.To(new MemorySink()))
            .MapSqs("texts", results => results.To(new MemorySink()))
            .MapSns("texts", results => results.To(new MemorySink()))
            .MapEvents("texts", results => results.To(new MemorySink()))
            .MapKinesis("texts", results => results.To(new MemorySink()))
            .MapKafka("texts", results => results.To(new MemorySink()))
            .MapFirehose("texts")
            .MapDynamoDbStream("texts", results => results.To(new MemorySink()), stream => stream.Attribute = "Message")
            .MapHttp("texts")
            .MapDirect("texts"),
        new FakeBucket());
}
