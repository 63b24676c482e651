using System.Buffers.Binary;
using System.Text.Json;
using ServerlessInference.Tool.LocalRuntime;

namespace ServerlessInference.Tool.Tests.Conformance;

/// <summary>Inputs that claim to be large, in a process whose heap is as small as on Lambda.</summary>
public sealed class HostPoisonTests : HostTest
{
    private static readonly string Sample = Path.Combine(ImageModel, "samples", "star-256x256.jpg");

    [Theory(Timeout = Limit)]
    [InlineData(256)]
    [InlineData(512)]
    [InlineData(1769)]
    public async Task Invoke_PoisonBetweenGoodRecords_EndsNeitherTheBatchNorTheProcess(int memory)
    {
        await using ExecutionEnvironment environment = CreateHost(memory: memory, variables: ("TEST_MODEL", ImageModel));
        byte[] good = File.ReadAllBytes(Sample);
        int pid = PidOf(await InvokeAsync(environment, "{}"));

        // Three times, so that what is kept from one event to the next does not add up.
        for (int i = 0; i < 3; i++)
        {
            InvocationResult result = await environment.InvokeAsync(
                new InvocationRequest(CreateKinesisEvent(good, CreateOverflowingPng(), CreateHugeJpeg(good), good)), Cancellation);

            Assert.Null(result.Outcome.Error);
            Assert.Equal(0, Json(result).GetProperty("batchItemFailures").GetArrayLength());
        }

        Assert.Equal(pid, PidOf(await InvokeAsync(environment, "{}")));
        string[] outcomes = [.. FunctionLog.Where(line => line.StartsWith("sequence-", StringComparison.Ordinal))];
        Assert.Equal(12, outcomes.Length);
        for (int i = 0; i < outcomes.Length; i += 4)
        {
            Assert.Equal(("sequence-1: answered", "sequence-2: Malformed"), (outcomes[i], outcomes[i + 1]));
            Assert.Matches(memory == 256 ? "^sequence-3: TooLarge$" : "^sequence-3: (TooLarge|Malformed|answered)$", outcomes[i + 2]);
            Assert.Equal("sequence-4: answered", outcomes[i + 3]);
        }
    }

    private static byte[] CreateKinesisEvent(params byte[][] data) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        Records = data.Select((bytes, index) => new
        {
            eventSource = "aws:kinesis",
            eventSourceARN = "arn:aws:kinesis:eu-central-1:123456789012:stream/inputs",
            kinesis = new { sequenceNumber = $"sequence-{index + 1}", partitionKey = "p", data = Convert.ToBase64String(bytes) },
        }),
    });

    private static byte[] CreateOverflowingPng() =>
    [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, .. Enumerable.Repeat((byte)0xFF, 8), 8, 2,
    ];

    /// <summary>Makes a header claim 8000 x 8000 pixels.</summary>
    private static byte[] CreateHugeJpeg(byte[] encoded)
    {
        byte[] huge = [.. encoded];
        int frame = huge.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(huge.AsSpan(frame + 5), 8000);
        BinaryPrimitives.WriteUInt16BigEndian(huge.AsSpan(frame + 7), 8000);
        return huge;
    }
}
