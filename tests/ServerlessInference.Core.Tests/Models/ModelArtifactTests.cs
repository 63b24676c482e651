using ServerlessInference.Models;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Models;

public sealed class ModelArtifactTests
{
    private static ModelArtifact Artifact(params string[] names) =>
        new("layer:/opt/m", "v1", names.Select(name => ModelFile.InMemory(name, new byte[] { 1 })));

    [Theory]
    [InlineData("model.onnx", "a.onnx", "model.onnx", "onnx/model.onnx")]
    [InlineData("onnx/model.onnx", "a.onnx", "onnx/model.onnx")]
    [InlineData("yolo.onnx", "yolo.onnx", "yolo.onnx.data", "labels.txt")]
    [InlineData("m.ORT", "m.ORT", "config.json")]
    public void GetModelFile_NoName_ReturnsConventionalOrOnlyModel(string expected, params string[] names) =>
        Assert.Equal(expected, Artifact(names).GetModelFile().Name);

    [Fact]
    public void GetModelFile_Name_ReturnsThatFile() => Assert.Equal("b.onnx", Artifact("a.onnx", "b.onnx").GetModelFile("b.onnx").Name);

    [Fact]
    public void GetModelFile_UnknownName_ListsTheFiles()
    {
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => Artifact("b.onnx", "a.txt").GetModelFile("c.onnx"));

        Assert.Equal("layer:/opt/m has no file 'c.onnx'; it has 'a.txt', 'b.onnx'. Set the option File to one of them.", error.Message);
    }

    [Fact]
    public void GetModelFile_SeveralModels_ListsThem()
    {
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => Artifact("b.onnx", "x.txt", "a.ort").GetModelFile());

        Assert.Equal("layer:/opt/m has several models: 'a.ort', 'b.onnx'. Set the option File to one of them.", error.Message);
    }

    [Fact]
    public void GetModelFile_NoModel_ListsTheFirstTwelve()
    {
        ModelLoadException error = Assert.Throws<ModelLoadException>(
            () => Artifact([.. Enumerable.Range(10, 14).Select(i => $"{i}.txt")]).GetModelFile());

        Assert.Equal(
            "layer:/opt/m has no .onnx or .ort file; it has '10.txt', '11.txt', '12.txt', '13.txt', '14.txt', '15.txt', '16.txt', " +
            "'17.txt', '18.txt', '19.txt', '20.txt', '21.txt' and 2 more.",
            error.Message);
    }

    [Fact]
    public void Constructor_NoFiles_Throws() => Assert.Throws<ArgumentException>(() => Artifact());

    [Fact]
    public void Constructor_DuplicateName_Throws()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Artifact("a", "a"));

        Assert.StartsWith("The model from layer:/opt/m has two files named 'a'.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_WithOwner_DisposesTheOwner()
    {
        var owner = new Owner();

        StubModelSource.Artifact([1], owner: owner).Dispose();

        Assert.True(owner.IsDisposed);
    }

    [Fact]
    public void TryGetFile_DifferentCase_ReturnsFalse() => Assert.False(Artifact("Labels.txt").TryGetFile("labels.txt", out _));
}
