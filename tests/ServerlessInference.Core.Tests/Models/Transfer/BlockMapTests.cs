using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Tests.Models.Transfer;

public sealed class BlockMapTests
{
    [Fact]
    public void GetMissingRanges_LargeObjectWithoutRanges_ReturnsOneRange()
    {
        const long Length = 5L * 1024 * 1024 * 1024;
        using var blocks = new BlockMap(Length);

        Assert.Equal([(0, Length)], blocks.GetMissingRanges(long.MaxValue));
    }

    [Fact]
    public void End_SomeBlocks_IsTheEndOfTheLastOne()
    {
        using var blocks = new BlockMap((3 * BlockMap.BlockSize) + 5);
        Assert.Equal(0, blocks.End);
        blocks.Mark(1);
        Assert.Equal(2 * BlockMap.BlockSize, blocks.End);
        blocks.Mark(3);

        Assert.Equal((3 * BlockMap.BlockSize) + 5, blocks.End);
        Assert.Equal(2 * BlockMap.BlockSize, blocks.MissingBytes);
    }
}
