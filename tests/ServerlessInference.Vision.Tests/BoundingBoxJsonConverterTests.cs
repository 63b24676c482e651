using System.Text.Json;

namespace ServerlessInference.Vision.Tests;

public sealed class BoundingBoxJsonConverterTests
{
    [Fact]
    public void Serialize_Detection_WritesCamelCaseAndAnArrayForTheBox()
    {
        var detection = new ObjectDetection(640, 480, [new DetectedObject(5, "bus", 0.5f, new BoundingBox(1.5f, 2, 3, 4.25f))]);

        string json = JsonSerializer.Serialize(detection, VisionJson.Default.ObjectDetection);

        Assert.Equal("""{"width":640,"height":480,"detections":[{"index":5,"label":"bus","score":0.5,"box":[1.5,2,3,4.25]}]}""", json);
        ObjectDetection read = JsonSerializer.Deserialize(json, VisionJson.Default.ObjectDetection)!;
        Assert.Equal(detection.Detections, read.Detections);
    }

    [Theory]
    [InlineData("[1,2,3]")]
    [InlineData("[1,2,3,4,5]")]
    [InlineData("[1,2,3,\"4\"]")]
    [InlineData("{}")]
    public void Deserialize_OtherShape_ThrowsJsonException(string box) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(
            $$"""{"width":1,"height":1,"detections":[{"index":0,"label":"a","score":1,"box":{{box}}}]}""",
            VisionJson.Default.ObjectDetection));
}
