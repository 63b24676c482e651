using System.Text;

namespace ServerlessInference.Text.Tests;

public sealed class TextRequestTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("\"a string\"", "a string")]
    [InlineData(" {\"text\": \"in an object\"} ", "in an object")]
    public void ReadText_KnownForms_GivesTheText(string request, string text)
    {
        Assert.Equal(text, TextRequest.ReadText(Encoding.UTF8.GetBytes(request)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"other\": 1}")]
    [InlineData("{\"text\": 5}")]
    [InlineData("{\"text\": ")]
    [InlineData("\"\\ud800\"")]
    public void ReadText_NoText_Throws(string request)
    {
        Assert.Throws<InvalidInputException>(() => TextRequest.ReadText(Encoding.UTF8.GetBytes(request)));
    }

    [Fact]
    public void ReadText_NotUtf8_Throws()
    {
        Assert.Throws<InvalidInputException>(() => TextRequest.ReadText(new byte[] { 0xFF, 0xFE }));
    }

    [Fact]
    public void Read_TwoTexts_GivesBoth()
    {
        Assert.Equal(("q", "c"), TextRequest.Read("{\"question\": \"q\", \"context\": \"c\"}"u8.ToArray(), "question", "context"));
    }
}
