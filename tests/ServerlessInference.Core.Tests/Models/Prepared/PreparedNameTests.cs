using ServerlessInference.Models.Prepared;

namespace ServerlessInference.Tests.Models.Prepared;

public sealed class PreparedNameTests
{
    [Theory]
    [InlineData("model.onnx.avx512-1.29.0.ort", "model.onnx", "avx512", "1.29.0")]
    [InlineData("onnx/model_quantized.onnx.any-1.30.0-rc.1.ort", "onnx/model_quantized.onnx", "any", "1.30.0-rc.1")]
    [InlineData("a.onnx.b.onnx.arm64-2.ort", "a.onnx.b.onnx", "arm64", "2")]
    public void TryParse_NameOfPreparedModel_ReturnsItsParts(string file, string model, string processor, string version)
    {
        Assert.True(PreparedName.TryParse(file, out PreparedName name));

        Assert.Equal(new PreparedName(model, processor, version), name);
        Assert.Equal(file, name.File);
        Assert.True(PreparedName.IsPreparedFile(file));
        Assert.True(PreparedName.IsPreparedFile(name.Record));
    }

    [Theory]
    [InlineData("model.ort")]
    [InlineData("model.onnx")]
    [InlineData("model.onnx.ort")]
    [InlineData("model.onnx..ort")]
    [InlineData("model.onnx.avx512.ort")]
    [InlineData("model.onnx.avx512-.ort")]
    [InlineData("model.onnx.-1.ort")]
    [InlineData("model.onnx.sse-1.29.0.ort")]
    [InlineData("model.onnx.avx512-1.29.0.onnx")]
    [InlineData("config.json")]
    public void TryParse_OtherName_ReturnsFalse(string file)
    {
        Assert.False(PreparedName.TryParse(file, out _));
        Assert.False(PreparedName.IsPreparedFile(file));
    }
}
