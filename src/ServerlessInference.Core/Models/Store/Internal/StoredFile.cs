namespace ServerlessInference.Models.Store;

/// <summary>One file of a stored model.</summary>
/// <param name="Name">The name within the model, with <c>/</c> as the separator.</param>
/// <param name="Length">The size in bytes.</param>
/// <param name="Digest">The digest of the content, such as <c>sha256:…</c>; <see langword="null"/> for a file from an archive.</param>
internal sealed record StoredFile(string Name, long Length, string? Digest = null);
