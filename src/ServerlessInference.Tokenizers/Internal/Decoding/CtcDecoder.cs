namespace ServerlessInference.Tokenizers.Decoding;

/// <summary>CTC: drops repetitions and padding, and turns the delimiter of words into spaces.</summary>
internal sealed class CtcDecoder(string pad, string delimiter, bool cleansUp) : TokenDecoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        var result = new List<string>();
        string? previous = null;
        foreach (string token in tokens)
        {
            if (token == previous)
            {
                continue;
            }

            previous = token;
            string text = pad.Length == 0 ? token : token.Replace(pad, string.Empty, StringComparison.Ordinal);
            if (cleansUp)
            {
                text = WordPieceDecoder.CleanUp(text);
                text = delimiter.Length == 0 ? text : text.Replace(delimiter, " ", StringComparison.Ordinal);
            }

            if (text.Length > 0)
            {
                result.Add(text);
            }
        }

        return result;
    }
}
