namespace ServerlessInference.Tokenizers;

/// <summary>An added token that was found in a text, and its range.</summary>
internal readonly record struct AddedTokenMatch(int Id, int Start, int End);
