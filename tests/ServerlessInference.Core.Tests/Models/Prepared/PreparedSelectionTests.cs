using ServerlessInference.Models.Prepared;

namespace ServerlessInference.Tests.Models.Prepared;

public sealed class PreparedSelectionTests
{
    private static readonly string[] All =
    [
        "labels.txt", "model.onnx",
        "model.onnx.any-1.ort", "model.onnx.any-1.ort.json",
        "model.onnx.avx2-1.ort", "model.onnx.avx2-1.ort.json",
        "model.onnx.avx512-1.ort", "model.onnx.avx512-1.ort.json",
    ];

    [Theory]
    [InlineData("avx512", "labels.txt", "model.onnx", "model.onnx.avx512-1.ort", "model.onnx.avx512-1.ort.json")]
    [InlineData("arm64", "labels.txt", "model.onnx", "model.onnx.any-1.ort", "model.onnx.any-1.ort.json")]
    [InlineData(null, "labels.txt", "model.onnx", "model.onnx.any-1.ort", "model.onnx.any-1.ort.json")]
    public void Select_SeveralVariants_ExcludesThoseForOtherProcessors(string? processor, params string[] expected) =>
        Assert.Equal(expected, PreparedSelection.Select(All, name => name, processor));

    [Fact]
    public void Select_OneFile_IsSelected() =>
        Assert.Equal(["model.onnx.avx2-1.ort"], PreparedSelection.Select(["model.onnx.avx2-1.ort"], name => name, "arm64"));

    [Fact]
    public void Select_NoSuitableModel_KeepsAll()
    {
        string[] files = ["labels.txt", "model.onnx.avx2-1.ort", "model.onnx.avx2-1.ort.json"];

        Assert.Equal(files, PreparedSelection.Select(files, name => name, "arm64"));
    }

    [Fact]
    public void Select_NothingPrepared_KeepsAll()
    {
        string[] files = ["a.onnx", "b.ort", "b.ort.json"];

        Assert.Same(files, PreparedSelection.Select(files, name => name, "avx2"));
    }
}
