using System.Security.Cryptography;
using ServerlessInference.Packages;
using ServerlessInference.Tool.CommandLine;

namespace ServerlessInference.Tool.Packaging;

/// <summary>
/// Writes a split package: <c>function/</c>, <c>function.zip</c> and <c>archives/</c>. The same input gives the same bytes.
/// </summary>
internal sealed class SplitPackageWriter(string output, string? uriPrefix)
{
    /// <summary>Gets the directory of the files that stay in the deployment package.</summary>
    public string Function { get; } = Path.Combine(output, "function");

    /// <summary>Gets the directory of the archives.</summary>
    public string Archives { get; } = Path.Combine(output, "archives");

    /// <summary>Gets the path of the deployment zip.</summary>
    public string Zip { get; } = Path.Combine(output, "function.zip");

    /// <summary>Gets the path of the manifest.</summary>
    public string Manifest => Path.Combine(Function, SplitPackageManifest.FileName);

    /// <summary>Writes everything.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="removed">The files to remove from the program's <c>.deps.json</c>.</param>
    /// <param name="written">Called after each archive.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The archives and their entries in the manifest.</returns>
    public async Task<IReadOnlyList<WrittenArchive>> WriteAsync(
        SplitPlan plan, IReadOnlyCollection<string> removed, Action<string> written, CancellationToken cancellationToken)
    {
        Clear();
        Directory.CreateDirectory(Archives);
        var archives = new List<WrittenArchive>();
        foreach (SplitArchive archive in plan.Archives)
        {
            archives.Add(await WriteAsync(archive, cancellationToken).ConfigureAwait(false));
            written(archive.Mount);
        }

        var packed = new List<PackageFile>();
        foreach (PackageFile file in plan.Remaining)
        {
            string target = Path.Combine(Function, file.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file.Path, target);
            if (PublishFolder.IsDependencyManifest(file.Name))
            {
                byte[] manifest = await File.ReadAllBytesAsync(file.Path, cancellationToken).ConfigureAwait(false);
                await File.WriteAllBytesAsync(
                    target, DependencyManifest.RemoveFiles(manifest, removed), cancellationToken).ConfigureAwait(false);
            }

            packed.Add(file with { Path = target, Length = new FileInfo(target).Length });
        }

        var splitManifest = new SplitPackageManifest { Archives = [.. archives.Select(archive => archive.Description)] };
        await File.WriteAllBytesAsync(Manifest, splitManifest.ToJson(), cancellationToken).ConfigureAwait(false);
        packed.Add(new PackageFile(SplitPackageManifest.FileName, Manifest, new FileInfo(Manifest).Length, FileKind.Other));
        PackageFile[] sorted = [.. packed.OrderBy(file => file.Name, StringComparer.Ordinal)];
        await DeterministicZip.WriteAsync(sorted, Zip, cancellationToken).ConfigureAwait(false);
        written("function.zip");
        return archives;
    }

    // Archives of earlier runs are kept, since earlier manifests name them. Their names contain their digests, so they cannot collide.
    private void Clear()
    {
        if (Directory.Exists(Function))
        {
            if (!File.Exists(Manifest))
            {
                throw new UsageException(
                    $"'{Function}' already exists and was not written by this command. Choose another directory with --out.");
            }

            Directory.Delete(Function, recursive: true);
        }

        Directory.CreateDirectory(Function);
    }

    private async Task<WrittenArchive> WriteAsync(SplitArchive archive, CancellationToken cancellationToken)
    {
        if (archive.Files.Count > PackageLimits.MaxFilesInArchive)
        {
            throw new PackageException(
                $"'{archive.Mount}' has {archive.Files.Count:N0} files; an archive may have at most " +
                $"{PackageLimits.MaxFilesInArchive:N0}. Move fewer of them into the archive.");
        }

        string temporary = Path.Combine(Archives, archive.Label + ".part");
        string suffix = await DeterministicTar.WriteAsync(archive.Files, temporary, cancellationToken).ConfigureAwait(false);
        string digest;
        await using (FileStream content = File.OpenRead(temporary))
        {
            digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false));
        }

        string name = $"{archive.Label}-{digest[..12]}{suffix}";
        string path = Path.Combine(Archives, name);
        File.Move(temporary, path, overwrite: true);
        var description = new SplitPackageArchive
        {
            Mount = archive.Mount,
            Uri = uriPrefix is null ? name : uriPrefix.TrimEnd('/') + "/" + name,
            Sha256 = digest,
            Size = new FileInfo(path).Length,
            UnpackedSize = archive.Files.Sum(file => file.Length),
        };
        return new WrittenArchive(description, path, [.. archive.Files.Select(file => file.Name)]);
    }
}
