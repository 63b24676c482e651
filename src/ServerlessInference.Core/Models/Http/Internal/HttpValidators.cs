using System.Net.Http.Headers;

namespace ServerlessInference.Models.Http;

/// <summary>The validators that distinguish one version of a resource from another (RFC 9110, section 8.8).</summary>
/// <param name="Tag">The entity tag, weak or strong; <see langword="null"/> if there is none.</param>
/// <param name="LastModified">The time of the last change, to the second; <see langword="null"/> if the server does not send it.</param>
internal sealed record HttpValidators(EntityTagHeaderValue? Tag, DateTimeOffset? LastModified)
{
    /// <summary>Gets the tag that identifies the exact bytes.</summary>
    public EntityTagHeaderValue? StrongTag => Tag is { IsWeak: false } ? Tag : null;

    public static HttpValidators Read(HttpResponseMessage response) =>
        new(response.Headers.ETag is { Tag: not "\"\"" } tag ? tag : null, response.Content.Headers.LastModified);

    /// <summary>Gets the version: the strong tag, or else a combination of everything else that is known.</summary>
    public string GetVersion(long length) => StrongTag is { } strong
        ? strong.Tag.Trim('"')
        : $"{(Tag is null ? string.Empty : Tag.Tag.Trim('"') + "-")}{LastModified?.ToUnixTimeSeconds() ?? 0:x}-{length:x}";

    /// <summary>Determines whether another response may be of the same version.</summary>
    /// <remarks>A validator that is missing in one of them is ignored, because some servers do not send it with every response.</remarks>
    public bool Match(HttpValidators other) =>
        (Tag is null || other.Tag is null || Tag.Tag == other.Tag.Tag)
        && (StrongTag is not null || LastModified is null || other.LastModified is null || LastModified == other.LastModified);
}
