namespace ServerlessInference.Tests.Support;

/// <summary>One axis of a declared shape: a length, or the name of a dynamic one.</summary>
internal readonly record struct Axis(long Length, string? Symbol)
{
    public static implicit operator Axis(int length) => new(length, null);

    public static implicit operator Axis(string symbol) => new(0, symbol);
}
