namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>An added token and the text that it is found by.</summary>
internal sealed class AddedTokenPattern(AddedToken token, string text)
{
    // Fields, as in other types of the loading path: in a cold process without native code each accessor is a method to compile.
    internal readonly AddedToken Token = token;
    internal readonly string Text = text;
}
