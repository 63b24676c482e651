namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>The expression <c>\s+</c>: a run of white space.</summary>
internal sealed class WhiteSpacePattern : ScannedPattern
{
    internal const string Expression = @"\s+";

    internal override int Match(ReadOnlySpan<char> text, int start) => SkipRun(text, start, Space);
}
