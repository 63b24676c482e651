using System.Text;
using ServerlessInference.Lambda.Events.Http;

namespace ServerlessInference.Lambda.Tests.Events.Http;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("{curly} braces", "\"{curly} braces\"")]
    [InlineData("\"Hello\" she said", "\"\\u0022Hello\\u0022 she said\"")]
    [InlineData("{\"text\":\"a\"}", "{\"text\":\"a\"}")]
    [InlineData("\"a string\"", "\"a string\"")]
    [InlineData("plain", "plain")]
    public void Protect_TextPlain_KeepsTextFromBeingTakenForDamagedJson(string body, string expected)
    {
        Assert.Equal(expected, Encoding.UTF8.GetString(PlainText.Protect(Encoding.UTF8.GetBytes(body)).Span));
    }

    [Fact]
    public void Protect_NotUtf8_IsLeftToThePipeline()
    {
        byte[] body = [(byte)'{', 0xFF];

        Assert.Equal(body, PlainText.Protect(body).ToArray());
    }
}
