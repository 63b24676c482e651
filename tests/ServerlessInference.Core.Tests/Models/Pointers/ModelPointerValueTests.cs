using ServerlessInference.Models;

namespace ServerlessInference.Tests.Models.Pointers;

public sealed class ModelPointerValueTests
{
    [Theory]
    [InlineData("s3://bucket/yolo/v3/", "s3", "bucket", "yolo/v3/")]
    [InlineData("s3://bucket/yolo/model.onnx?versionId=3#sha256=aa", "s3", "bucket", "yolo/model.onnx")]
    [InlineData("s3://bucket", "s3", "bucket", "")]
    [InlineData("efs:/mnt/models/yolo", "efs", "", "/mnt/models/yolo")]
    [InlineData("file:///opt/yolo", "file", "", "opt/yolo")]
    [InlineData("layer:yolo", "layer", "", "yolo")]
    [InlineData("bucket,yolo/v3", "", "", "bucket,yolo/v3")]
    [InlineData("{\"bucket\":\"b\"}", "", "", "{\"bucket\":\"b\"}")]
    public void Constructor_Text_IsParsed(string text, string scheme, string authority, string path)
    {
        var value = new ModelPointerValue(text);

        Assert.Equal((scheme, authority, path, text), (value.Scheme, value.Authority, value.Path, value.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void Constructor_Empty_Throws(string text) => Assert.Throws<ArgumentException>(() => new ModelPointerValue(text));
}
