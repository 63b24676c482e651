using System.Text;
using ServerlessInference.Tokenizers.RegularExpressions;

namespace ServerlessInference.Tokenizers.Tests.Internal.RegularExpressions;

/// <summary>The expected pieces are those of Oniguruma in Hugging Face's tokenizers 0.23.2: matches, and what is between them.</summary>
public sealed class RegexPatternTests
{
    [Theory]
    [InlineData(@"\b", "a³ ¼ b x²", "0-2 2-3 3-4 4-5 5-6 6-7 7-9")]
    [InlineData("(?i)ss|st", "STRASSE ﬆ ßẞ class", "0-2 2-4 4-6 6-8 8-9 9-10 10-11 11-12 12-16 16-18")]
    [InlineData("a(?i)b|c", "aB aC C c ab ac", "0-2 2-3 3-5 5-10 10-12 12-13 13-15")]
    [InlineData("(?i:ß)", "ss SS ß ẞ sS", "0-2 2-3 3-5 5-6 6-7 7-8 8-9 9-10 10-12")]
    [InlineData("(?i)[^s]", "sSſx", "0-3 3-4")]
    [InlineData(@"(?i)[\p{Lu}]", "aAb", "0-1 1-2 2-3")]
    [InlineData(@"\W+", "a³b", "0-3")]
    [InlineData(@"[\W]+", "a³b", "0-1 1-2 2-3")]
    [InlineData("(?i)ﬁ", "fi FI ﬁ", "0-2 2-3 3-5 5-6 6-7")]
    [InlineData("x*", "axxb", "0-1 1-3 3-4")]
    [InlineData("$", "a\nb\n", "0-1 1-3 3-4")]
    [InlineData("^", "a\nb\n", "0-2 2-4")]
    [InlineData("(?<!a|bc)d", "ad bcd xd d", "0-8 8-9 9-10 10-11")]
    [InlineData(@"\p{Greek}+", "αβγ abc", "0-3 3-7")]
    [InlineData("[[:alpha:]&&[^a]]+", "abca", "0-1 1-3 3-4")]
    [InlineData("a{0}b", "ab b", "0-1 1-2 2-3 3-4")]
    [InlineData("(a|b)*?c", "abac", "0-4")]
    [InlineData("(?:a*)*b", "aaab ab b", "0-4 4-5 5-7 7-8 8-9")]
    [InlineData("(?:a|ab)(?:c|bcd)", "abcd", "0-4")]
    [InlineData("(?>a+)b|a", "aab aac", "0-3 3-4 4-5 5-6 6-7")]
    public void TryFind_Expression_FindsWhatOnigurumaFinds(string expression, string text, string expected)
    {
        Assert.Equal(expected, Split(PatternFactory.FromRegex(expression), text));
    }

    [Theory]
    [InlineData("(")]
    [InlineData("a)")]
    [InlineData("*a")]
    [InlineData("[a")]
    [InlineData("\\")]
    [InlineData(@"[a-\d]")]
    [InlineData(@"\p{Nope}")]
    [InlineData(@"(a)\1")]
    [InlineData("(?<=a*)b")]
    public void FromRegex_InvalidOrUnsupported_ThrowsFormatException(string expression)
    {
        Assert.Throws<FormatException>(() => PatternFactory.FromRegex(expression));
    }

    [Theory]
    [InlineData(Gpt2Pattern.Expression)]
    [InlineData(Gpt4Pattern.OneDigit)]
    [InlineData(Gpt4Pattern.ThreeDigits)]
    [InlineData(ClipPattern.Expression)]
    [InlineData(ClipPattern.ExpressionWithMarks)]
    [InlineData(WhiteSpacePattern.Expression)]
    [InlineData(" {2,}")]
    public void TryFind_WellKnownExpression_FindsWhatTheMatcherFinds(string expression)
    {
        TextPattern scanned = PatternFactory.FromRegex(expression);
        TextPattern general = RegexCompiler.Compile(RegexParser.Parse(expression));
        Assert.IsNotType<RegexPattern>(scanned);
        var random = new Random(5);
        string[] parts =
        [
            " ", "  ", "\n", "\r\n", "\t", "'", "'s", "'S", "'\u017F", "'ll", "'Re", "'v",
            "a", "É", "word", "12", "1", "²", "½", "!", "?!", "中",
            "\u0301", "😀", "\u00A0", "\u3000", "_", "…",
        ];
        for (int i = 0; i < 3000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => parts[random.Next(parts.Length)]));
            Assert.Equal(Split(general, text), Split(scanned, text));
        }
    }

    [Theory]
    [InlineData("(?:a+)+b")]
    [InlineData("(?:a|a)*b")]
    [InlineData("a*a*a*b")]
    [InlineData("(?:a?){30}a{30}b")]
    [InlineData(@"a+(?=b)|a+(?!\S)b")]
    public void TryFind_BacktrackingWithoutEnd_TakesLinearTime(string expression)
    {
        TextPattern pattern = PatternFactory.FromRegex(expression);
        string text = new('a', 20_000);
        Assert.False(pattern.TryFind(text, 0, new MatchScratch(), out _, out _));
    }

    private static string Split(TextPattern pattern, string text)
    {
        var pieces = new StringBuilder();
        var matches = new MatchIterator(pattern, text, new MatchScratch());
        int taken = 0;
        while (matches.TryNext(out int start, out int end))
        {
            Append(taken, start);
            Append(start, end);
            taken = end;
        }

        Append(taken, text.Length);
        return pieces.ToString().TrimEnd();

        void Append(int start, int end) => pieces.Append(start < end ? $"{start}-{end} " : string.Empty);
    }
}
