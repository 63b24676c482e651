using System.Globalization;

namespace ServerlessInference.Tool.Packaging;

/// <summary>What stays in the deployment package, and what travels beside it.</summary>
/// <param name="Stays">What stays, with the names that it has there.</param>
/// <param name="Archives">What travels.</param>
/// <param name="Gone">What of the publish folder is no longer where it was, by its name there.</param>
internal sealed record SplitPlan(List<PackageFile> Stays, List<SplitArchive> Archives, List<string> Gone)
{
    /// <summary>Room for the manifest, which is written when the archives are known.</summary>
    private const long ManifestAllowance = 64 * 1024;

    /// <summary>Decides.</summary>
    /// <param name="files">The publish folder's files.</param>
    /// <param name="models">The models, inside that folder or not.</param>
    /// <param name="assemblies">The names of assemblies that may travel.</param>
    /// <param name="limit">What the function and its layers may have together, unzipped, in bytes.</param>
    /// <param name="layers">What its layers have, in bytes.</param>
    /// <param name="all">Whether everything travels that can.</param>
    /// <exception cref="PackageException">What has to stay is larger than the limit.</exception>
    /// <remarks>
    /// Native libraries are one unit, since the system's loader looks for what they need beside each other; each model is one. The largest unit goes first,
    /// then assemblies, until the rest fits.
    /// </remarks>
    public static SplitPlan Decide(IReadOnlyList<PackageFile> files, IReadOnlyList<ModelInput> models, IReadOnlyCollection<string> assemblies, long limit, long layers, bool all)
    {
        var modelPaths = models.SelectMany(model => model.Files).Select(file => Path.GetFullPath(file.Path)).ToHashSet(StringComparer.Ordinal);
        var stays = files.Where(file => !modelPaths.Contains(Path.GetFullPath(file.Path))).ToList();
        var gone = files.Where(file => modelPaths.Contains(Path.GetFullPath(file.Path))).Select(file => file.Name).ToList();
        var units = models.Select(model => new SplitArchive(model.Mount, Path.GetFileName(model.Mount), Sorted(model.Files))).ToList();
        if (stays.Where(file => file.Kind == FileKind.NativeLibrary).ToList() is { Count: > 0 } natives)
        {
            units.Add(new SplitArchive("native", "native", Sorted(natives)));
        }

        var allowance = limit - layers - ManifestAllowance;
        var total = stays.Sum(file => file.Length) + models.Sum(model => model.Length);
        var travelling = new List<SplitArchive>();
        foreach (var unit in units.OrderByDescending(unit => unit.Files.Sum(file => file.Length)).ThenBy(unit => unit.Mount, StringComparer.Ordinal).TakeWhile(_ => all || total > allowance))
        {
            travelling.Add(unit);
            total -= unit.Files.Sum(file => file.Length);
        }

        var managed = new List<PackageFile>();
        foreach (var file in Assemblies(stays, assemblies).OrderByDescending(file => file.Length).ThenBy(file => file.Name, StringComparer.Ordinal).TakeWhile(_ => all || total > allowance))
        {
            managed.Add(file);
            total -= file.Length;
        }

        if (managed.Count > 0)
        {
            travelling.Add(new SplitArchive("managed", "managed", Sorted(managed)));
        }

        if (total > allowance)
        {
            throw TooLarge(stays.Except(travelling.SelectMany(unit => unit.Files)).ToList(), total, limit, layers);
        }

        var away = travelling.SelectMany(unit => unit.Files).ToHashSet();
        gone.AddRange(stays.Where(away.Contains).Select(file => file.Name));
        stays.RemoveAll(away.Contains);

        // A model that stays is found under its mount path all the same.
        stays.AddRange(units.Where(unit => !travelling.Contains(unit) && unit.Files[0].Kind == FileKind.Model)
            .SelectMany(unit => unit.Files.Select(file => file with { Name = $"{unit.Mount}/{file.Name}" })));
        return new SplitPlan([.. Sorted(stays)], [.. travelling.OrderBy(unit => unit.Mount, StringComparer.Ordinal)], gone);
    }

    private static List<PackageFile> Sorted(IEnumerable<PackageFile> files) => [.. files.OrderBy(file => file.Name, StringComparer.Ordinal)];

    private static List<PackageFile> Assemblies(List<PackageFile> files, IReadOnlyCollection<string> names)
    {
        var found = files.Where(file => file.Kind == FileKind.Assembly
            && (names.Contains(Path.GetFileName(file.Name)) || names.Contains(Path.GetFileNameWithoutExtension(file.Name)))).ToList();
        var missing = names.Where(name => !found.Any(file => Path.GetFileName(file.Name) == name || Path.GetFileNameWithoutExtension(file.Name) == name)).ToList();
        return missing.Count == 0
            ? found
            : throw new UsageException($"--assembly names {string.Join(", ", missing.Select(name => $"'{name}'"))}, which the publish folder does not have.");
    }

    private static PackageException TooLarge(List<PackageFile> staying, long total, long limit, long layers)
    {
        const int shown = 5;
        var largest = staying.OrderByDescending(file => file.Length).Take(shown).Select(file => $"{file.Name} ({Size.Text(file.Length)})");
        return new PackageException(string.Create(
            CultureInfo.InvariantCulture,
            $"{Size.Text(total)} would have to stay{(layers > 0 ? $", beside layers with {Size.Text(layers)}" : string.Empty)}; {Size.Text(limit)} is the limit. The largest of it: {string.Join(", ", largest)}. ")
            + "Leave out what is not needed with --prune, name further models with --model, or assemblies that may travel with --assembly.");
    }
}
