using System.Text;
using System.Text.Json;
using ServerlessInference.Pipelines;

namespace ServerlessInference.Vision.Tests.Internal;

/// <summary>The hand-written JSON equals that of the serializer.</summary>
public sealed class VisionAnswersTests
{
    [Fact]
    public void Write_Classification_EqualsSerializer()
    {
        var answer = new ImageClassification(
            [new LabelScore(3, "gr\u00fcn \"und\" <gelb>", 0.123456789f), new LabelScore(0, string.Empty, 1e-9f)]);

        Assert.Equal(
            JsonSerializer.Serialize(answer, VisionJson.Default.ImageClassification),
            Written(writer => VisionAnswers.Write(writer, answer)));
    }

    [Fact]
    public void Write_Detection_EqualsSerializer()
    {
        var answer = new ObjectDetection(640, 480, [new DetectedObject(1, "cat", 0.5f, new BoundingBox(1.5f, 2, 3.25f, 4))]);

        Assert.Equal(
            JsonSerializer.Serialize(answer, VisionJson.Default.ObjectDetection), Written(writer => VisionAnswers.Write(writer, answer)));
    }

    private static string Written(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
