namespace ServerlessInference.Docs.Tests.Markdown;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page, relative to the repository, with slashes.</param>
/// <param name="Line">The line of its first line of text, from 1.</param>
/// <param name="Language">The language after the fence.</param>
/// <param name="Text">Its lines.</param>
internal sealed record Snippet(string Page, int Line, string Language, string Text);
