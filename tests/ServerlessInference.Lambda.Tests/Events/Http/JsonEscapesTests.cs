using System.Text;
using System.Text.Json;
using ServerlessInference.Lambda.Events.Http;

namespace ServerlessInference.Lambda.Tests.Events.Http;

public sealed class JsonEscapesTests
{
    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("\"quoted\" back\\slash /slash \b\f\n\r\t end")]
    [InlineData("a+b=c \u00e9 \u20ac \U0001F600 last")]
    [InlineData("\U0001F600")]
    public void UnescapeInPlace_WhatASerializerWrote_IsTheTextAgain(string text)
    {
        byte[] quoted = JsonSerializer.SerializeToUtf8Bytes(text, TestJson.Default.String);
        Span<byte> inner = quoted.AsSpan(1, quoted.Length - 2);

        int length = JsonEscapes.UnescapeInPlace(inner);

        Assert.Equal(text, Encoding.UTF8.GetString(inner[..length]));
    }

    [Theory]
    [InlineData(@"\/\u002B\u002f", "/+/")]
    [InlineData(@"x\uD83D\uDE00", "x\U0001F600")]
    public void UnescapeInPlace_OtherWaysToWriteIt_AreTheSame(string escaped, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(escaped);

        int length = JsonEscapes.UnescapeInPlace(bytes);

        Assert.Equal(expected, Encoding.UTF8.GetString(bytes, 0, length));
    }

    [Theory]
    [InlineData(@"\")]
    [InlineData(@"\x")]
    [InlineData(@"\u12")]
    [InlineData(@"\u12g4")]
    [InlineData(@"\uD83D")]
    [InlineData(@"\uD83Dx")]
    [InlineData(@"\uD83D\u0041")]
    [InlineData(@"\uDE00")]
    public void UnescapeInPlace_InvalidEscape_ReturnsMinusOne(string escaped) =>
        Assert.Equal(-1, JsonEscapes.UnescapeInPlace(Encoding.UTF8.GetBytes(escaped)));
}
