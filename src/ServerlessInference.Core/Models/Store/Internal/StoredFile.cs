namespace ServerlessInference.Models.Store;

/// <summary>One file of a stored model.</summary>
/// <param name="Name">The name inside the model, with <c>/</c> between folders.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="Digest">The digest that its bytes were found to have, such as <c>sha256:…</c>; <see langword="null"/> for a file out of an archive.</param>
internal sealed record StoredFile(string Name, long Length, string? Digest = null);
