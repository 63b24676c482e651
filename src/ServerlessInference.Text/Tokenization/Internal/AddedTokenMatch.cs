namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>An added token found in a text.</summary>
internal readonly record struct AddedTokenMatch(int Id, int Start, int End);
