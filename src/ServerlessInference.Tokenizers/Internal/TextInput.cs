namespace ServerlessInference.Tokenizers;

/// <summary>What is encoded: a text, or two that the model reads together.</summary>
internal readonly ref struct TextInput
{
    internal TextInput(ReadOnlySpan<char> text)
    {
        First = text;
    }

    internal TextInput(ReadOnlySpan<char> first, ReadOnlySpan<char> second)
    {
        First = first;
        Second = second;
        IsPair = true;
    }

    internal ReadOnlySpan<char> First { get; }

    internal ReadOnlySpan<char> Second { get; }

    internal bool IsPair { get; }
}
