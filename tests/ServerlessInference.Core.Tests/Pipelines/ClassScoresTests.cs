using ServerlessInference.Pipelines;

namespace ServerlessInference.Core.Tests.Pipelines;

public sealed class ClassScoresTests
{
    [Fact]
    public void Softmax_LargeOutputs_SumsToOne()
    {
        float[] scores = new float[3];

        ClassScores.Softmax([1000f, 1001f, 999f], scores);

        Assert.Equal([0.24472848f, 0.66524094f, 0.09003057f], scores, (a, b) => Math.Abs(a - b) < 1e-7f);
    }

    [Fact]
    public void Softmax_NotANumber_StaysSo()
    {
        float[] scores = new float[2];

        ClassScores.Softmax([1f, float.NaN], scores);

        Assert.All(scores, score => Assert.True(float.IsNaN(score)));
    }

    [Fact]
    public void Sigmoid_InPlace_GivesLogistics()
    {
        float[] values = [0f, -1000f, 1000f, 1f];

        ClassScores.Sigmoid(values, values);

        Assert.Equal([0.5f, 0f, 1f, 0.7310586f], values);
    }

    [Fact]
    public void Softmax_TooFewScores_SaysHowManyAreNeeded()
    {
        var exception = Assert.Throws<ArgumentException>(() => ClassScores.Softmax([1f, 2f], new float[1]));

        Assert.StartsWith("2 outputs need as many scores, but there is room for 1.", exception.Message, StringComparison.Ordinal);
    }
}
