using System.Text.Json;
using ServerlessInference.Models.Archives;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Packages;

/// <summary>What a split package consists of: the archives that travel beside the deployment package, each pinned by its SHA-256.</summary>
/// <remarks>
/// <para>A JSON file, by default <c>split-package.json</c> beside the program, which <c>serverless-inference package split</c> writes.</para>
/// <para>Immutable. Design: docs/guides/split-packages.md.</para>
/// </remarks>
public sealed record SplitPackageManifest
{
    /// <summary>The format that this library reads and writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The manifest's usual name.</summary>
    public const string FileName = "split-package.json";

    /// <summary>Gets the version of the format.</summary>
    /// <value>The default is <see cref="CurrentFormat"/>, the only one there is.</value>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Gets the archives.</summary>
    /// <value>None where everything fits the deployment package.</value>
    public IReadOnlyList<SplitPackageArchive> Archives { get; init => field = value ?? []; } = []; // absent in JSON is null here

    /// <summary>Reads a manifest and checks it.</summary>
    /// <param name="json">The manifest, UTF-8.</param>
    /// <param name="source">Where it came from, for errors.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="ModelLoadException">It is no manifest; the message lists everything that is wrong.</exception>
    public static SplitPackageManifest Parse(ReadOnlySpan<byte> json, string source)
    {
        SplitPackageManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(json, PackageJson.Default.SplitPackageManifest);
        }
        catch (JsonException exception)
        {
            throw new ModelLoadException(
                $"The split package's manifest {source} is no JSON of its form: {exception.Message} Write it with 'serverless-inference package split'.", exception);
        }

        var failures = new List<string>();
        manifest?.Check(failures);
        return manifest is not null && failures.Count == 0
            ? manifest
            : throw new ModelLoadException(
                $"The split package's manifest {source} cannot be used. {(manifest is null ? "It is null." : string.Join(" ", failures))} Write it with 'serverless-inference package split'.");
    }

    /// <summary>Writes the manifest, the same bytes for the same content.</summary>
    /// <returns>UTF-8 JSON, indented, with a line break at its end.</returns>
    public byte[] ToJson() => [.. JsonSerializer.SerializeToUtf8Bytes(this, PackageJson.Default.SplitPackageManifest), (byte)'\n'];

    /// <summary>Makes a mount path canonical.</summary>
    /// <returns>The path without a slash at its end; empty for the package's root.</returns>
    /// <exception cref="ModelLoadException">It leads elsewhere than below the package.</exception>
    internal static string NormalizeMount(string mount) =>
        mount.StartsWith('/') ? "/" + EntryName.Normalize(mount.TrimStart('/'), "The split package") : EntryName.Normalize(mount, "The split package");

    private void Check(List<string> failures)
    {
        if (Format != CurrentFormat)
        {
            failures.Add($"Its format is {Format}; this library reads {CurrentFormat}.");
        }

        var mounts = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < Archives.Count; i++)
        {
            if (Archives[i] is not { } archive)
            {
                failures.Add($"Archive {i} is null.");
                continue;
            }

            string name = $"Archive {i} ('{archive.Mount}')";
            CheckOrigin(archive, name, failures);
            try
            {
                string mount = NormalizeMount(archive.Mount);
                if (mount == "/" || archive.Mount.Length == 0)
                {
                    failures.Add($"{name} has no mount path; one looks like models/resnet50, and '.' is the package's root.");
                }
                else if (!mounts.Add(mount))
                {
                    failures.Add($"{name} has the mount path of another archive.");
                }
            }
            catch (ModelLoadException exception)
            {
                failures.Add(exception.Message);
            }
        }
    }

    private static void CheckOrigin(SplitPackageArchive archive, string name, List<string> failures)
    {
        if (archive.Size < 0 || archive.UnpackedSize < 0)
        {
            failures.Add($"{name} has a negative size.");
        }

        if (archive.PointerUri is not null)
        {
            if (archive.PointerUri.Length == 0 || archive.Uri is not null || archive.Sha256 is not null)
            {
                failures.Add($"{name} has a pointer, which may not be empty and stands instead of uri and sha256.");
            }
        }
        else if (string.IsNullOrWhiteSpace(archive.Uri))
        {
            failures.Add($"{name} has no uri.");
        }
        else if (!ContentDigest.TryFromHex(DigestAlgorithm.Sha256, archive.Sha256, out _))
        {
            failures.Add($"{name} has the sha256 '{archive.Sha256}'; 64 hexadecimal digits were expected.");
        }
    }
}
