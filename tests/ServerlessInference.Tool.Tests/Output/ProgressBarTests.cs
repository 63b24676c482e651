using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Tests.Output;

public sealed class ProgressBarTests
{
    [Theory]
    [InlineData(true, 2, true)]
    [InlineData(true, 0, false)]
    [InlineData(false, 2, false)]
    public void Step_IsDrawn_OnlyOnATerminalAndOnlyForLongWork(bool terminal, int seconds, bool drawn)
    {
        var time = new FakeTimeProvider();
        using var error = new StringWriter();
        using (var bar = new ProgressBar(ToolConsole.FromStreams(Stream.Null, Stream.Null, error, terminal), time, 4))
        {
            time.Advance(TimeSpan.FromSeconds(seconds));
            bar.Step("things");
        }

        Assert.Equal(drawn ? "\r\e[K[#######.......................] 1/4 things\r\e[K" : "", error.ToString());
    }
}
