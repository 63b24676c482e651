using System.Text;
using ServerlessInference.Pipelines;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text.Tests;

public sealed class TextRequestTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("[urgent] where is it?", "[urgent] where is it?")]
    [InlineData("\"a string\"", "a string")]
    [InlineData(" {\"text\": \"in an object\"} ", "in an object")]
    [InlineData("\uFEFF{\"text\": \"after a mark\"}", "after a mark")]
    [InlineData("\uFEFFafter a mark", "after a mark")]
    [InlineData("\"\\ud800\"", "\uFFFD")]
    [InlineData("\"a\\ud83d\\n\\u00e9\\ud83d\\ude00\\\"\"", "a\uFFFD\n\u00e9\ud83d\ude00\"")]
    public void ReadTexts_KnownForms_GivesTheText(string request, string text)
    {
        EncodedInputs<string> found = TextRequest.ReadTexts(Encoding.UTF8.GetBytes(request));

        Assert.True(found.IsSingle);
        Assert.Equal(text, found[0]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    [InlineData("{\"text\": 5}")]
    [InlineData("{\"text\": null}")]
    [InlineData("{\"text\": ")]
    [InlineData("[5]")]
    public void ReadTexts_NoText_Throws(string request)
    {
        Assert.Throws<InvalidInputException>(() => TextRequest.ReadTexts(Encoding.UTF8.GetBytes(request)));
    }

    [Theory]
    [InlineData("{\"other\": 1, \"text\": \"a\"}", "unknown member 'other'. Its members are text.")]
    [InlineData("{\"text\": \"a\", \"text_pair\": \"b\"}", "unknown member 'text_pair'. Its members are text.")]
    public void ReadTexts_UnknownMember_ListsTheKnownOnes(string request, string message)
    {
        InvalidInputException exception = Assert.Throws<InvalidInputException>(
            () => TextRequest.ReadTexts(Encoding.UTF8.GetBytes(request)));

        Assert.EndsWith(message, exception.Message, StringComparison.Ordinal);
        Assert.Equal(InvalidInputKind.Unprocessable, exception.Kind);
    }

    [Fact]
    public void ReadTexts_NotUtf8_Throws()
    {
        Assert.Throws<InvalidInputException>(() => TextRequest.ReadTexts(new byte[] { 0xFF, 0xFE }));
    }

    [Fact]
    public void ReadTexts_Array_GivesSeveral()
    {
        EncodedInputs<string> found = TextRequest.ReadTexts("""["a", {"text": "b"}]"""u8.ToArray());

        Assert.False(found.IsSingle);
        Assert.Equal(["a", "b"], [found[0], found[1]]);
        Assert.Equal(2, found.Count);
    }

    [Theory]
    [InlineData("""{"text": "a", "text_pair": "b"}""", "b")]
    [InlineData("""{"text": "a", "textPair": "b"}""", "b")]
    [InlineData("""{"text": "a", "text_pair": null}""", null)]
    [InlineData("""{"text": "a"}""", null)]
    public void ReadPairs_BothSpellings_GiveThePair(string request, string? second)
    {
        EncodedInputs<TextPair> found = TextRequest.ReadPairs(Encoding.UTF8.GetBytes(request));

        Assert.Equal(new TextPair("a", second), found[0]);
    }

    [Theory]
    [InlineData("""{"text": "a", "text_pair": "b", "textPair": "b"}""")]
    [InlineData("""{"text": "a", "pair": "b"}""")]
    [InlineData("""{"text": "a", "text_pair": 5}""")]
    public void ReadPairs_Unclear_Throws(string request)
    {
        Assert.Throws<InvalidInputException>(() => TextRequest.ReadPairs(Encoding.UTF8.GetBytes(request)));
    }

    [Fact]
    public void ReadQuestions_TwoTexts_GivesBoth()
    {
        EncodedInputs<Question> found = TextRequest.ReadQuestions("""{"question": "q", "context": "c"}"""u8.ToArray());

        Assert.Equal(new Question("q", "c"), found[0]);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("""{"question": "q"}""")]
    public void ReadQuestions_NoContext_SaysWhatWasExpected(string request)
    {
        InvalidInputException exception = Assert.Throws<InvalidInputException>(
            () => TextRequest.ReadQuestions(Encoding.UTF8.GetBytes(request)));

        Assert.StartsWith("The request has no 'context'", exception.Message, StringComparison.Ordinal);
    }
}
