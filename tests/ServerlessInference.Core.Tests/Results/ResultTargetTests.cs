using Moq;
using ServerlessInference.Results;

namespace ServerlessInference.Tests.Results;

public sealed class ResultTargetTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Create_ToNothing_ReturnsNull()
    {
        Assert.True(new ResultTarget().IsEmpty);
        Assert.False(new ResultTarget().ToNothing().IsEmpty);
        Assert.Null(new ResultTarget().ToNothing().Create(Mock.Of<IServiceProvider>()));
    }

    [Fact]
    public async Task WriteAsync_OneOfSeveralSinksFails_OnlyThatRecordFails()
    {
        var first = new Mock<IResultSink>();
        first.Setup(sink => sink.WriteAsync(It.Is<SinkRecord>(record => record.Id == "2"), It.IsAny<CancellationToken>()))
            .Throws(new IOException("First."));
        var second = new Mock<IBatchResultSink>();
        second.Setup(sink => sink.WriteAsync(It.IsAny<IReadOnlyList<SinkRecord>>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync([null, null, new IOException("Second.")]);
        var both = (IBatchResultSink)new ResultTarget().To(first.Object).To(second.Object).Create(Mock.Of<IServiceProvider>())!;
        SinkRecord record = ResultTemplateTests.Record();

        IReadOnlyList<Exception?> errors =
            await both.WriteAsync([record with { Id = "1" }, record with { Id = "2" }, record with { Id = "3" }], Token);

        Assert.Equal([null, "First.", "Second."], errors.Select(error => error?.Message));
        first.Verify(sink => sink.WriteAsync(It.IsAny<SinkRecord>(), It.IsAny<CancellationToken>()), Times.Exactly(3));
    }

    [Fact]
    public async Task ToTyped_AnswersAndErrors_HaveTheTypeOfTheSink()
    {
        var typed = new Mock<IResultSink<string>>();
        var wrong = new Mock<IResultSink<int>>();
        SinkRecord record = ResultTemplateTests.Record();
        SinkRecord failed = record with { Result = InferenceResult.Failed<object>(new InvalidInputException("No."), record.Result.Model) };
        IResultSink sink = new ResultTarget().ToTyped(typed.Object).Create(Mock.Of<IServiceProvider>())!;

        await sink.WriteAsync(record, Token);
        await sink.WriteAsync(failed, Token);
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => new ResultTarget().ToTyped(wrong.Object).Create(Mock.Of<IServiceProvider>())!.WriteAsync(record, Token).AsTask());

        typed.Verify(one => one.WriteAsync(record, It.Is<InferenceResult<string>>(result => result.Value == "x"), Token));
        typed.Verify(one => one.WriteAsync(failed, It.Is<InferenceResult<string>>(result => result.Error is InvalidInputException), Token));
        Assert.Contains(
            "takes results of Int32, but the model 'animals' answered with another type (String)",
            exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Create_SameInput_ReturnsSameUuidOfVersion8()
    {
        SinkRecord record = ResultTemplateTests.Record();
        Guid id = ResultIdentifier.Create(record);

        Assert.Equal(id, ResultIdentifier.Create(record with { Id = "another message" }));
        Assert.Equal(8, id.Version);
        Assert.Equal(2, id.Variant >> 2);
        Assert.NotEqual(id, ResultIdentifier.Create(record with { SourceObject = record.SourceObject! with { VersionId = "v2" } }));
        Assert.NotEqual(
            ResultIdentifier.Create(record with { SourceObject = null }),
            ResultIdentifier.Create(record with { SourceObject = null, Id = "2" }));
        Assert.NotEqual(ResultIdentifier.Create("ab", "c"), ResultIdentifier.Create("a", "bc"));
    }

    [Fact]
    public void Create_KnownInput_ReturnsKnownUuid() =>
        Assert.Equal("9abdae70-5a0a-84e5-affe-d83a363cc7e9", ResultIdentifier.Create(ResultTemplateTests.Record()).ToString());

    [Theory]
    [InlineData("s3://photos", "photos", "", "")]
    [InlineData("s3://photos/in/", "photos", "in/", "")]
    [InlineData("s3://photos/in/*.jpg", "photos", "in/", ".jpg")]
    public void Parse_Pattern_ReturnsBucketPrefixAndSuffix(string pattern, string bucket, string prefix, string suffix) =>
        Assert.Equal(new ObjectPattern(bucket, prefix, suffix), ObjectPattern.Parse(pattern));

    [Theory]
    [InlineData("photos/in/")]
    [InlineData("s3://")]
    [InlineData("s3://pho*/in")]
    [InlineData("s3://photos/*a*")]
    public void Parse_InvalidPattern_Throws(string pattern) => Assert.Throws<ArgumentException>(() => ObjectPattern.Parse(pattern));
}
