using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Tests.Output;

public sealed class TableTests
{
    [Fact]
    public void ToString_Rows_AreAlignedAndOnOneLineEach()
    {
        var table = new Table("A", "LONG", "C");
        table.Add("1234", "x", "last\nline");

        Assert.Equal("A     LONG  C\n1234  x     last line\n", table.ToString());
    }

    [Fact]
    public void Add_WrongNumberOfCells_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => new Table("A", "B").Add("1"));

    [Fact]
    public void IsEmpty_HeadingOnly_IsTrue() => Assert.True(new Table("A").IsEmpty);
}
