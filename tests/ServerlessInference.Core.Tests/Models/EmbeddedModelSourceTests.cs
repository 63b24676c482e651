using System.Text;
using ServerlessInference.Models;

namespace ServerlessInference.Tests.Models;

public sealed class EmbeddedModelSourceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static EmbeddedModelSource Source(string prefix) => new(typeof(EmbeddedModelSourceTests).Assembly, prefix);

    [Fact]
    public async Task LoadAsync_Prefix_ReturnsItsFilesInMemory()
    {
        using ModelArtifact artifact = await Source("embedded/").LoadAsync(Token);

        Assert.Equal(["labels.txt", "onnx/model.onnx"], artifact.Files.Select(file => file.Name).Order());
        Assert.True(artifact.TryGetFile("labels.txt", out ModelFile? labels));
        Assert.Null(labels.PhysicalPath);
        Assert.Equal("circle\nsquare\n", Encoding.UTF8.GetString(labels.Memory.Span));
        Assert.Equal("embedded:ServerlessInference.Core.Tests/embedded/", artifact.Source);
    }

    [Fact]
    public async Task LoadAsync_UnknownPrefix_ExplainsHowToEmbed()
    {
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await Source("nothing/").LoadAsync(Token));

        Assert.Equal(
            "No resource of ServerlessInference.Core.Tests starts with 'nothing/'. " +
            "Embed the model's files with a LogicalName that starts with this prefix.",
            error.Message);
    }

    [Fact]
    public async Task GetVersionAsync_SameAssembly_EqualsVersionOfLoadAsync()
    {
        using ModelArtifact artifact = await Source("embedded/").LoadAsync(Token);

        Assert.Equal(artifact.Version, await Source("embedded/").GetVersionAsync(Token));
        Assert.Equal(16, artifact.Version.Length);
    }
}
