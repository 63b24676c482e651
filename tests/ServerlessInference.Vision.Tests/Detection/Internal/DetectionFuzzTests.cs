using ServerlessInference.Imaging;
using ServerlessInference.Tensors;

namespace ServerlessInference.Vision.Tests.Detection.Internal;

/// <summary>
/// Whatever a model declares and outputs, the result is boxes within the image or a <see cref="ModelContractException"/>.
/// </summary>
public sealed class DetectionFuzzTests
{
    private static readonly int[] Axes = [0, 1, 4, 5, 6, 7, 21, 63, 84, 85, 252, 300];

    [Fact]
    public async Task Postprocess_AnyShapeAndNumbers_AnswersOrThrowsContractException()
    {
        var random = new Random(99);
        int answered = 0;
        for (int i = 0; i < 3000; i++)
        {
            int axis1 = Axes[random.Next(Axes.Length)];
            int axis2 = Axes[random.Next(Axes.Length)];
            bool dynamic = random.Next(3) == 0;
            long side = dynamic ? -1 : 64;
            DetectionFixture fixture = new DetectionFixture()
                .Output(random.Next(2) == 0 ? "output" : "output0", 1, dynamic ? -1 : axis1, dynamic ? -1 : axis2)
                .Input(1, 3, side, side);
            if (random.Next(2) == 0)
            {
                fixture.Labels(random.Next(3) == 0 ? 80 : 1 + random.Next(3));
            }

            // Numbers that no head can contain are refused, so most outputs have small ones, and the head is set.
            bool isPlausible = random.Next(4) > 0;
            fixture.Options.Head = (DetectionHead)((isPlausible ? 1 : random.Next(2)) * random.Next(6));
            float[] output = [.. Enumerable.Range(0, axis1 * axis2).Select(_ => Number(random, isPlausible))];
            try
            {
                ObjectDetection result = (await fixture.Run(TensorValue.Create(output, 1, axis1, axis2), size: new ImageSize(64, 64)))[0];
                answered++;
                Assert.All(result.Detections, item =>
                {
                    Assert.InRange(item.Score, float.Epsilon, float.MaxValue);
                    Assert.InRange(item.Box.Left, 0, item.Box.Right);
                    Assert.InRange(item.Box.Top, 0, item.Box.Bottom);
                    Assert.InRange(item.Box.Right, 0, 640);
                    Assert.InRange(item.Box.Bottom, 0, 640);
                });
            }
            catch (ModelContractException)
            {
                // Expected for most of these shapes.
            }
        }

        Assert.InRange(answered, 300, 3000);
    }

    private static float Number(Random random, bool isPlausible) => random.Next(40) switch
    {
        0 => float.NaN,
        1 => float.PositiveInfinity,
        2 => float.NegativeInfinity,
        _ when isPlausible => (float)random.NextDouble(),
        3 => float.MaxValue,
        4 => -float.MaxValue,
        5 => -0f,
        < 20 => (float)random.NextDouble(),
        _ => (float)random.NextDouble() * 640,
    };
}
