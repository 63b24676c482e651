namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>Turns the patterns of tokenizer files into matchers: well-known ones into code of our own, others into a
/// <see cref="RegexPattern"/>.</summary>
internal static class PatternFactory
{
    /// <summary>Creates a matcher of a regular expression.</summary>
    /// <exception cref="FormatException">The expression is not valid, or needs something that is not supported.</exception>
    internal static TextPattern FromRegex(string expression) => expression switch
    {
        Gpt2Pattern.Expression => Gpt2Pattern.Instance,
        Gpt4Pattern.OneDigit => new Gpt4Pattern(1),
        Gpt4Pattern.ThreeDigits => new Gpt4Pattern(3),
        ClipPattern.Expression => new ClipPattern(hasMarks: false),
        ClipPattern.ExpressionWithMarks => new ClipPattern(hasMarks: true),
        WhiteSpacePattern.Expression => new WhiteSpacePattern(),
        " {2,}" => new SpacesPattern(2),
        " +" => new SpacesPattern(1),
        _ => RegexCompiler.Compile(RegexParser.Parse(expression)),
    };
}
