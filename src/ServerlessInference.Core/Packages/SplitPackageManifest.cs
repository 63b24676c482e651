using System.Text.Json;
using ServerlessInference.Models.Archives;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Packages;

/// <summary>
/// The manifest of a split package: the archives that are delivered separately from the deployment package, with their SHA-256.
/// </summary>
/// <remarks>
/// <para>A JSON file, by default <c>split-package.json</c> next to the program. <c>serverless-inference package split</c> writes it.</para>
/// <para>Immutable. Design: docs/guides/split-packages.md.</para>
/// </remarks>
public sealed record SplitPackageManifest
{
    /// <summary>The version of the format that this library reads and writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The default name of a manifest.</summary>
    public const string FileName = "split-package.json";

    /// <summary>Gets the version of the format.</summary>
    /// <value>The default is <see cref="CurrentFormat"/>, which is the only version.</value>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Gets the archives.</summary>
    /// <value>Empty if everything fits in the deployment package.</value>
    /// <remarks>If the member is missing in the JSON, the serializer sets <see langword="null"/>, which becomes an empty list.</remarks>
    public IReadOnlyList<SplitPackageArchive> Archives { get; init => field = value ?? []; } = [];

    /// <summary>Reads a manifest and checks it.</summary>
    /// <param name="json">The manifest, in UTF-8.</param>
    /// <param name="source">The origin of the manifest, for error messages.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="ModelLoadException">The manifest is not valid. The message lists everything that is wrong.</exception>
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
                $"The split package's manifest {source} is not a valid manifest in JSON: {exception.Message} Create it with " +
                "'serverless-inference package split'.", exception);
        }

        var failures = new List<string>();
        manifest?.Check(failures);
        return manifest is not null && failures.Count == 0
            ? manifest
            : throw new ModelLoadException(
                $"The split package's manifest {source} cannot be used. " +
                $"{(manifest is null ? "It is null." : string.Join(" ", failures))} " +
                "Create it with 'serverless-inference package split'.");
    }

    /// <summary>Writes the manifest. The same content always results in the same bytes.</summary>
    /// <returns>Indented JSON in UTF-8, followed by a line break.</returns>
    public byte[] ToJson() => [.. JsonSerializer.SerializeToUtf8Bytes(this, PackageJson.Default.SplitPackageManifest), (byte)'\n'];

    /// <summary>Normalizes a mount path.</summary>
    /// <returns>The path without a trailing slash; empty for the root of the package.</returns>
    /// <exception cref="ModelLoadException">The path leads outside of the package.</exception>
    internal static string NormalizeMount(string mount) => mount.StartsWith('/')
        ? "/" + EntryName.Normalize(mount.TrimStart('/'), "The split package")
        : EntryName.Normalize(mount, "The split package");

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
                    failures.Add($"{name} has no mount path. Use a path such as models/resnet50, or '.' for the root of the package.");
                }
                else if (!mounts.Add(mount))
                {
                    failures.Add($"{name} has the same mount path as another archive.");
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
                failures.Add($"{name} has a pointer, which must not be empty and replaces uri and sha256.");
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
