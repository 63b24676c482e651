using ServerlessInference.Sessions.Prepared;

namespace ServerlessInference.Tests.Sessions.Prepared;

public sealed class Crc32CTests
{
    [Theory]
    [InlineData("123456789", "e3069283")] // the check value of CRC-32C in RFC 3720 and in catalogues of CRCs
    [InlineData("", "00000000")]
    public void Value_KnownText_IsTheOneOfTheStandard(string text, string expected)
    {
        var crc = default(Crc32C);
        crc.Append(System.Text.Encoding.ASCII.GetBytes(text));

        Assert.Equal(expected, crc.Value);
    }

    [Fact]
    public void Append_AnyDivisionIntoPieces_GivesTheSameValue()
    {
        byte[] bytes = new byte[1000];
        new Random(1).NextBytes(bytes);
        var whole = default(Crc32C);
        whole.Append(bytes);
        for (int at = 0; at <= bytes.Length; at++)
        {
            var parts = default(Crc32C);
            parts.Append(bytes.AsSpan(0, at));
            parts.Append(bytes.AsSpan(at));

            Assert.Equal(whole.Value, parts.Value);
        }
    }
}
