using System.Buffers.Binary;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Lambda.Tests.Events.S3;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events;

/// <summary>Small inputs that claim to be large, between good ones, in functions of several sizes.</summary>
public sealed class PoisonInputTests
{
    private const string OverflowingPng = "png";
    private const string HugeJpeg = "jpg";

    private static readonly string[] Names = ["good-1", OverflowingPng, HugeJpeg, "good-2"];

    private readonly FakeBucket _bucket = new();
    private readonly MemorySink _sink = new();

    public PoisonInputTests()
    {
        foreach (string name in Names)
        {
            _bucket["photos/" + name] = Input(name);
        }
    }

    public static TheoryData<int> MemorySizes => [256, 512, 1769];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(MemorySizes))]
    public async Task Kinesis_PoisonBetweenGoodRecords_IsSkipped(int memory)
    {
        await using InMemoryFunction function = await StartAsync(memory, app => app.MapKinesis("images", results => results.To(_sink)));

        InvocationResult result = await function.InvokeAsync(LambdaEvents.Kinesis([.. Names.Select(Input)]), Token);

        Assert.Equal("""{"batchItemFailures":[]}""", result.Text);
        CheckResults(memory);
    }

    [Theory]
    [MemberData(nameof(MemorySizes))]
    public async Task DynamoDb_PoisonBetweenGoodRecords_IsSkipped(int memory)
    {
        await using InMemoryFunction function = await StartAsync(
            memory, app => app.MapDynamoDbStream("images", results => results.To(_sink), options => options.Attribute = "photo"));
        string records = LambdaEvents.DynamoDbStream("photo", [.. Names.Select(name => Convert.ToBase64String(Input(name)))]);

        InvocationResult result = await function.InvokeAsync(records.Replace("{\"S\":", "{\"B\":", StringComparison.Ordinal), Token);

        Assert.Equal("""{"batchItemFailures":[]}""", result.Text);
        CheckResults(memory);
    }

    [Theory]
    [MemberData(nameof(MemorySizes))]
    public async Task Sqs_PoisonBetweenGoodMessages_IsWrittenAsAnError(int memory)
    {
        await using InMemoryFunction function = await StartAsync(memory, app => app.MapSqs(
            "images",
            results => results.To(_sink),
            options =>
            {
                options.SkipInvalidRecords = true;
                options.References.Buckets.Add("photos");
            }));

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.Sqs([.. Names.Select(name => $"s3://photos/{name}")]), Token);

        Assert.Equal("""{"batchItemFailures":[]}""", result.Text);
        CheckResults(memory);
    }

    [Theory]
    [MemberData(nameof(MemorySizes))]
    public async Task S3Batch_PoisonBetweenGoodObjects_FailsPermanently(int memory)
    {
        await using InMemoryFunction function = await StartAsync(memory, app => app.MapS3Batch("images", results => results.To(_sink)));

        InvocationResult result = await function.InvokeAsync(LambdaEvents.S3Batch("2.0", "photos", Names), Token);

        string?[] codes = [.. result.ReadJson().GetProperty("results").EnumerateArray()
            .Select(task => task.GetProperty("resultCode").GetString())];
        Assert.Equal("Succeeded", codes[0]);
        Assert.Equal("PermanentFailure", codes[1]);
        Assert.NotEqual("TemporaryFailure", codes[2]);
        Assert.Equal("Succeeded", codes[3]);
        CheckResults(memory);
    }

    [Theory]
    [MemberData(nameof(MemorySizes))]
    public async Task Http_Poison_IsAnsweredAsTheSendersError(int memory)
    {
        await using InMemoryFunction function = await StartAsync(memory, app => app.MapHttp("images"));
        var statuses = new List<int>();
        foreach (string name in Names)
        {
            InvocationResult result = await function.InvokeAsync(LambdaEvents.HttpApi("POST", "/", Input(name)), Token);
            statuses.Add(result.ReadHttp().Status);
        }

        Assert.Equal(200, statuses[0]);
        Assert.Equal(400, statuses[1]);
        Assert.True(IsTooLarge(memory) ? statuses[2] == 413 : statuses[2] is 200 or 400, $"{statuses[2]}");
        Assert.Equal(200, statuses[3]);
    }

    /// <summary>The 64 megapixels need 184 MB. What the managed heap has at 256 MB is less.</summary>
    private static bool IsTooLarge(int memory) => memory == 256;

    private static Task<InMemoryFunction> StartAsync(int memory, Action<InferenceFunctionBuilder> map, FakeBucket bucket) =>
        InMemoryFunction.StartAsync(
            app =>
            {
                app.LogOutput = () => Stream.Null;
                app.Services.AddSingleton(bucket.Client);
                app.Services.AddServerlessInference()
                    .AddModel("images", model => model.FromFileSystem(Repository.DemoModel).UseImageClassification());
                map(app);
            },
            environment: new LambdaEnvironment { FunctionName = "poison", FunctionVersion = "$LATEST", MemorySize = memory },
            cancellationToken: Token);

    private Task<InMemoryFunction> StartAsync(int memory, Action<InferenceFunctionBuilder> map) => StartAsync(memory, map, _bucket);

    private void CheckResults(int memory)
    {
        Assert.Equal(Names.Length, _sink.Records.Count);
        Assert.True(_sink.Records[0].Result.IsSuccess);
        Assert.Equal(
            InvalidInputKind.Malformed, Assert.IsType<InvalidInputException>(_sink.Records[1].Result.Error).Kind);
        if (IsTooLarge(memory))
        {
            InvalidInputException error = Assert.IsType<InvalidInputException>(_sink.Records[2].Result.Error);
            Assert.Equal(InvalidInputKind.TooLarge, error.Kind);
            Assert.Equal(
                "Decoding the image needs 184 MB of memory; at most 98 MB may be used for one input. Send a smaller image, give the " +
                "function more memory, or raise WorkLimits.MaxInputBytes.",
                error.Message);
        }

        Assert.True(_sink.Records[3].Result.IsSuccess);
    }

    private static byte[] Input(string name) => name switch
    {
        OverflowingPng => CreateOverflowingPng(),
        HugeJpeg => CreateHugeJpeg(),
        _ => ReadSample(),
    };

    private static byte[] ReadSample() => File.ReadAllBytes(Path.Combine(Repository.DemoModel, "samples", "star-256x256.jpg"));

    /// <summary>The first 26 bytes of a PNG with the largest sides that its header can state.</summary>
    private static byte[] CreateOverflowingPng() =>
    [
        0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, .. Encoding.ASCII.GetBytes("IHDR"),
        .. Enumerable.Repeat((byte)0xFF, 8), 8, 2,
    ];

    /// <summary>A photo whose header claims 8000 x 8000 pixels.</summary>
    private static byte[] CreateHugeJpeg()
    {
        byte[] encoded = ReadSample();
        int frame = encoded.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        Assert.True(frame > 0, "The sample is not a baseline JPEG.");
        BinaryPrimitives.WriteUInt16BigEndian(encoded.AsSpan(frame + 5), 8000);
        BinaryPrimitives.WriteUInt16BigEndian(encoded.AsSpan(frame + 7), 8000);
        return encoded;
    }
}
