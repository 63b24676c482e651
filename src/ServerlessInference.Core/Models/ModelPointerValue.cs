namespace ServerlessInference.Models;

/// <summary>What a pointer says, taken apart as a URI: <c>s3://bucket/yolo/v3/</c> has the scheme <c>s3</c>, the authority <c>bucket</c> and the path <c>yolo/v3/</c>.</summary>
/// <remarks>Immutable. A text that is no URI (<c>bucket,yolo/v3</c>) has an empty scheme and authority, and is all path; take <see cref="Text"/> apart yourself.</remarks>
public sealed record ModelPointerValue
{
    /// <summary>Takes a text apart.</summary>
    /// <param name="text">What the pointer says, without white space around it.</param>
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

    /// <summary>Gets all that the pointer says.</summary>
    public string Text { get; }

    /// <summary>Gets the scheme, such as <c>s3</c>; empty where there is none.</summary>
    public string Scheme { get; }

    /// <summary>Gets what stands between <c>//</c> and the next <c>/</c>: a bucket, a host; empty where there is none.</summary>
    public string Authority { get; }

    /// <summary>Gets the path, without query and fragment: behind an authority without the slash that separates them, else as it stands.</summary>
    public string Path { get; }

    private static System.Buffers.SearchValues<char> SchemeCharacters { get; } =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    /// <summary>Gives all that the pointer says.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}
