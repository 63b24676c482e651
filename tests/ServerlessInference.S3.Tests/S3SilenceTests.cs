using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.DependencyInjection;
using Moq;
using ServerlessInference.Results;

namespace ServerlessInference.S3.Tests;

/// <summary>Connections on which no answer arrives.</summary>
public sealed class S3SilenceTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Mock<IAmazonS3> _client = new();
    private int _requests;

    [Fact]
    public async Task Read_ConnectionThatStaysSilent_IsRequestedAgain()
    {
        SilentRequests(1);
        ValueTask<(ReadOnlyMemory<byte> Content, ObjectReference Item)> reading = ReadAsync(TestContext.Current.CancellationToken);

        _clock.Advance(TimeSpan.FromSeconds(14));
        Assert.False(reading.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("hello"u8.ToArray(), (await reading).Content.ToArray());
        Assert.Equal(2, _requests);
    }

    [Fact]
    public async Task Read_EveryConnectionStaysSilent_GivesUpAfterThree()
    {
        SilentRequests(int.MaxValue);
        Task reading = ReadAsync(TestContext.Current.CancellationToken).AsTask();
        for (int i = 1; i <= 3; i++)
        {
            await Eventually.HoldsAsync(() => Volatile.Read(ref _requests) == i);
            _clock.Advance(TimeSpan.FromSeconds(15));
        }

        var exception = await Assert.ThrowsAsync<IOException>(() => reading);

        Assert.Equal("s3://photos/a: the server sent nothing for 15 s.", exception.Message);
        Assert.Equal(3, _requests);
    }

    [Fact]
    public async Task Read_CancelledByTheCaller_IsCancelled()
    {
        SilentRequests(int.MaxValue);
        using var caller = new CancellationTokenSource();
        ValueTask<(ReadOnlyMemory<byte> Content, ObjectReference Item)> reading = ReadAsync(caller.Token);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reading);
        Assert.Equal(1, _requests);
    }

    private void SilentRequests(int count) => _client
        .Setup(client => client.GetObjectAsync(It.IsAny<GetObjectRequest>(), It.IsAny<CancellationToken>()))
        .Returns(async (GetObjectRequest _, CancellationToken token) =>
        {
            if (Interlocked.Increment(ref _requests) <= count)
            {
                await Task.Delay(Timeout.Infinite, token);
            }

            return new GetObjectResponse { ContentLength = 5, ResponseStream = new MemoryStream("hello"u8.ToArray()) };
        });

    private ValueTask<(ReadOnlyMemory<byte> Content, ObjectReference Item)> ReadAsync(CancellationToken cancellationToken)
    {
        ServiceProvider services = new ServiceCollection().AddSingleton(_client.Object).BuildServiceProvider();
        return S3ObjectReader.Create(services, _clock).ReadAsync(new ObjectReference("photos", "a"), 100, cancellationToken);
    }
}
