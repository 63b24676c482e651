namespace ServerlessInference.Tokenizers;

/// <summary>The working memory of one call: that of the token model, and that of sequence assembly.</summary>
internal sealed class TokenizerWorkspace(object model)
{
    internal object Model { get; } = model;

    internal TokenSequence First { get; } = new();

    internal TokenSequence Second { get; } = new();

    internal List<TextRange> FirstWindows { get; } = [];

    internal List<TextRange> SecondWindows { get; } = [];
}
