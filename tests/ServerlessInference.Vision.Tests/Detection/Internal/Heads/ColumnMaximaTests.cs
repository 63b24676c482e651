using ServerlessInference.Vision.Detection.Heads;

namespace ServerlessInference.Vision.Tests.Detection.Internal.Heads;

public sealed class ColumnMaximaTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 100)]
    [InlineData(4, 7)]
    [InlineData(5, 33)]
    [InlineData(6, 8)]
    [InlineData(80, 75)]
    public void Compute_AnyRowsAndColumns_EqualsPlainMaximum(int rows, int columns)
    {
        var random = new Random(rows * columns);
        float[] values = [.. Enumerable.Range(0, rows * columns).Select(_ => (float)random.NextDouble() - 0.5f)];
        for (int start = 0; start < Math.Min(columns, 3); start++)
        {
            float[] maxima = new float[columns - start];
            ColumnMaxima.Compute(values, columns, rows, start, maxima);

            Assert.Equal(
                Enumerable.Range(start, columns - start).Select(x => Enumerable.Range(0, rows).Max(y => values[(y * columns) + x])),
                maxima);
        }
    }

    [Fact]
    public void FindNextAbove_AnyValues_FindsEachAboveThreshold()
    {
        var random = new Random(7);
        for (int length = 0; length < 70; length++)
        {
            float[] values =
            [
                .. Enumerable.Range(0, length).Select(_ => random.Next(8) == 0 ? 0.9f : random.Next(8) == 0 ? float.NaN : 0.25f)
            ];
            var found = new List<int>();
            for (int at = ColumnMaxima.FindNextAbove(values, 0, 0.25f); at >= 0; at = ColumnMaxima.FindNextAbove(values, at + 1, 0.25f))
            {
                found.Add(at);
            }

            Assert.Equal(Enumerable.Range(0, length).Where(i => values[i] > 0.25f), found);
        }
    }
}
