namespace ServerlessInference.Models;

/// <summary>The value of a pointer, parsed as a URI.</summary>
/// <remarks>
/// <para>For example, <c>s3://bucket/yolo/v3/</c> has the scheme <c>s3</c>, the authority <c>bucket</c> and the path
/// <c>yolo/v3/</c>.</para>
/// <para>A text that is not a URI (<c>bucket,yolo/v3</c>) has an empty scheme and authority; all of it is the path. Parse
/// <see cref="Text"/> yourself in that case. Immutable.</para>
/// </remarks>
public sealed record ModelPointerValue
{
    /// <summary>Parses the value of a pointer.</summary>
    /// <param name="text">The value, without leading and trailing white space.</param>
    /// <exception cref="ArgumentException">The text is empty.</exception>
    public ModelPointerValue(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        Text = text;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        Scheme = colon > 0 && !text.AsSpan(0, colon).ContainsAnyExcept(SchemeCharacters) ? text[..colon] : string.Empty;
        string rest = Scheme.Length > 0 ? text[(colon + 1)..] : text;
        int end = Scheme.Length > 0 ? rest.AsSpan().IndexOfAny('?', '#') : -1;
        rest = end < 0 ? rest : rest[..end];
        Authority = string.Empty;
        if (Scheme.Length > 0 && rest.StartsWith("//", StringComparison.Ordinal))
        {
            int slash = rest.IndexOf('/', 2);
            Authority = slash < 0 ? rest[2..] : rest[2..slash];
            rest = slash < 0 ? string.Empty : rest[(slash + 1)..];
        }

        Path = rest;
    }

    /// <summary>Gets the whole value.</summary>
    public string Text { get; }

    /// <summary>Gets the scheme, such as <c>s3</c>; empty if there is none.</summary>
    public string Scheme { get; }

    /// <summary>Gets the part between <c>//</c> and the next <c>/</c>, such as a bucket or a host; empty if there is none.</summary>
    public string Authority { get; }

    /// <summary>
    /// Gets the path, without query and fragment. After an authority, it does not start with the slash that separates them.
    /// </summary>
    public string Path { get; }

    private static System.Buffers.SearchValues<char> SchemeCharacters { get; } =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    /// <summary>Returns the whole value.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}
