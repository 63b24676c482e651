using ServerlessInference.Models;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Models;

public sealed class ModelFileTests
{
    [Fact]
    public void ReadAllBytes_InMemory_ReturnsTheMemoryItself()
    {
        byte[] content = [1, 2, 3];

        Assert.True(ModelFile.InMemory("a", content).ReadAllBytes().Span.Overlaps(content));
    }

    [Fact]
    public void ReadAllBytes_OnDisk_ReadsTheFile()
    {
        using var folder = new TestFolder();
        string path = folder.Write("a", [1, 2, 3]);

        Assert.Equal([1, 2, 3], ModelFile.OnDisk("a", path, 3).ReadAllBytes().ToArray());
    }

    [Fact]
    public void ReadAllBytes_TooLong_ReportsTheLength()
    {
        ModelLoadException error =
            Assert.Throws<ModelLoadException>(() => ModelFile.InMemory("vocab.txt", new byte[2000]).ReadAllBytes(1000));

        Assert.Equal(
            "The file 'vocab.txt' has 2,000 bytes; at most 1,000 are read into memory. Check that it is the right file.", error.Message);
    }

    [Fact]
    public void ReadAllBytes_Missing_NamesThePath()
    {
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => ModelFile.OnDisk("a", "/nowhere/a", 3).ReadAllBytes());

        Assert.StartsWith("The file '/nowhere/a' cannot be read: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OnDisk_NegativeLength_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => ModelFile.OnDisk("a", "/a", -1));
}
