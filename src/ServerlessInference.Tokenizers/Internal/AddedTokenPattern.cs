namespace ServerlessInference.Tokenizers;

/// <summary>An added token and the text to search for.</summary>
internal sealed class AddedTokenPattern(AddedToken token, string text)
{
    // Fields, as in the other types on the loading path: see TokenizerParts.
    internal readonly AddedToken Token = token;
    internal readonly string Text = text;
}
