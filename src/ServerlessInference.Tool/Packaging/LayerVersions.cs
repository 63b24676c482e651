using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace ServerlessInference.Tool.Packaging;

/// <summary>
/// Keeps the versions of a layer in a directory, one zip file per version: <c>NAME-0003-0123456789ab.zip</c>. To roll back, publish an
/// earlier one.
/// </summary>
internal static partial class LayerVersions
{
    private const int DigestDigits = 12;

    /// <summary>Assigns a version to a zip file: that of an earlier one with the same bytes, or the next.</summary>
    /// <param name="temporary">The zip file, which is moved or deleted.</param>
    /// <param name="folder">The directory of the versions.</param>
    /// <param name="name">The name of the layer.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The path of the version's zip file, its version, its digest, and whether it already existed.</returns>
    public static async Task<(string Path, int Version, string Sha256, bool Unchanged)> AddAsync(
        string temporary, string folder, string name, CancellationToken cancellationToken)
    {
        string digest;
        await using (FileStream content = File.OpenRead(temporary))
        {
            digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false));
        }

        int newest = 0;
        foreach (string path in Directory.EnumerateFiles(folder, name + "-*.zip"))
        {
            Match match = Version().Match(Path.GetFileName(path)[name.Length..]);
            if (match.Success)
            {
                int version = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
                if (match.Groups[2].ValueSpan.SequenceEqual(digest.AsSpan(0, DigestDigits)))
                {
                    File.Delete(temporary);
                    return (path, version, digest, true);
                }

                newest = Math.Max(newest, version);
            }
        }

        string target = Path.Combine(
            folder, string.Create(CultureInfo.InvariantCulture, $"{name}-{newest + 1:0000}-{digest[..DigestDigits]}.zip"));
        File.Move(temporary, target);
        return (target, newest + 1, digest, false);
    }

    [GeneratedRegex("^-([0-9]{4,9})-([0-9a-f]{12})\\.zip$")]
    private static partial Regex Version();
}
