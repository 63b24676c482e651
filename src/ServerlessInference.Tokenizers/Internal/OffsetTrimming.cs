namespace ServerlessInference.Tokenizers;

/// <summary>Removes blanks from the ranges of byte-level tokens: <c>trim_offsets</c> of the post-processors ByteLevel and
/// RobertaProcessing.</summary>
/// <param name="AddsSpace">Whether a space was put before the text, so that a single blank before the first token is not part of
/// the text.</param>
internal readonly record struct OffsetTrimming(bool AddsSpace)
{
    /// <summary>Trims the range of a token.</summary>
    /// <param name="range">The range.</param>
    /// <param name="leading">How many blanks the token starts with.</param>
    /// <param name="trailing">How many blanks it ends with.</param>
    /// <param name="isFirst">Whether it is the first token.</param>
    internal TextRange Trim(TextRange range, int leading, int trailing, bool isFirst)
    {
        int start = range.Start;
        int end = range.End;
        if (leading > 0 && !(AddsSpace && leading == 1 && (isFirst || start == 0)))
        {
            start = Math.Min(start + leading, end);
        }

        if (trailing > 0 && end >= trailing)
        {
            end = Math.Max(end - trailing, start);
        }

        return new TextRange(start, end);
    }
}
