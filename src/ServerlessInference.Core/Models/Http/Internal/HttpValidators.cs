using System.Net.Http.Headers;

namespace ServerlessInference.Models.Http;

/// <summary>What tells one version of a resource from another (RFC 9110, section 8.8).</summary>
/// <param name="Tag">The entity tag, weak or strong; <see langword="null"/> where there is none.</param>
/// <param name="LastModified">When it was changed, to the second; <see langword="null"/> where the server does not say.</param>
internal sealed record HttpValidators(EntityTagHeaderValue? Tag, DateTimeOffset? LastModified)
{
    /// <summary>Gets the tag that stands for the very bytes.</summary>
    public EntityTagHeaderValue? StrongTag => Tag is { IsWeak: false } ? Tag : null;

    public static HttpValidators Of(HttpResponseMessage response) =>
        new(response.Headers.ETag is { Tag: not "\"\"" } tag ? tag : null, response.Content.Headers.LastModified);

    /// <summary>Gives the version: the strong tag, else all that there is.</summary>
    public string VersionOf(long length) => StrongTag is { } strong
        ? strong.Tag.Trim('"')
        : $"{(Tag is null ? string.Empty : Tag.Tag.Trim('"') + "-")}{LastModified?.ToUnixTimeSeconds() ?? 0:x}-{length:x}";

    /// <summary>Tells whether an answer may be of the same version. What a server leaves out of some answers does not count.</summary>
    public bool Admit(HttpValidators other) =>
        (Tag is null || other.Tag is null || Tag.Tag == other.Tag.Tag)
        && (StrongTag is not null || LastModified is null || other.LastModified is null || LastModified == other.LastModified);
}
