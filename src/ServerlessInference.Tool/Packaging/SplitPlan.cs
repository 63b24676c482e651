using System.Globalization;
using ServerlessInference.Tool.CommandLine;

namespace ServerlessInference.Tool.Packaging;

/// <summary>Which files stay in the deployment package, and which are moved into archives.</summary>
/// <param name="Remaining">The files that stay, with their names in the package.</param>
/// <param name="Archives">The archives.</param>
/// <param name="Moved">The names of those files of the publish directory that are moved into archives.</param>
internal sealed record SplitPlan(List<PackageFile> Remaining, List<SplitArchive> Archives, List<string> Moved)
{
    /// <summary>Space for the manifest, whose size is unknown until the archives have been written.</summary>
    private const long ManifestAllowance = 64 * 1024;

    /// <summary>Creates the plan.</summary>
    /// <param name="files">The files of the publish directory.</param>
    /// <param name="models">The models, inside that directory or elsewhere.</param>
    /// <param name="assemblies">The names of assemblies that may be moved.</param>
    /// <param name="limit">The maximum unzipped size of the function and its layers, in bytes.</param>
    /// <param name="layers">The unzipped size of its layers, in bytes.</param>
    /// <param name="all">Whether to move everything that can be moved.</param>
    /// <exception cref="PackageException">The files that must stay are larger than the limit.</exception>
    /// <remarks>
    /// Files are moved in units, the largest first, until the rest fits. Each model is a unit. The native libraries together are a unit,
    /// because the system's loader looks for the dependencies of a library in the same directory. Single assemblies follow, if that is not
    /// enough.
    /// </remarks>
    public static SplitPlan Create(
        IReadOnlyList<PackageFile> files,
        IReadOnlyList<ModelInput> models,
        IReadOnlyCollection<string> assemblies,
        long limit,
        long layers,
        bool all)
    {
        var modelPaths = models
            .SelectMany(model => model.Files)
            .Select(file => Path.GetFullPath(file.Path))
            .ToHashSet(StringComparer.Ordinal);
        var remaining = files.Where(file => !modelPaths.Contains(Path.GetFullPath(file.Path))).ToList();
        var moved = files.Where(file => modelPaths.Contains(Path.GetFullPath(file.Path))).Select(file => file.Name).ToList();
        var units = models.Select(model => new SplitArchive(model.Mount, Path.GetFileName(model.Mount), Sorted(model.Files))).ToList();
        if (remaining.Where(file => file.Kind == FileKind.NativeLibrary).ToList() is { Count: > 0 } natives)
        {
            units.Add(new SplitArchive("native", "native", Sorted(natives)));
        }

        long allowance = limit - layers - ManifestAllowance;
        long total = remaining.Sum(file => file.Length) + models.Sum(model => model.Length);
        var archives = new List<SplitArchive>();
        IOrderedEnumerable<SplitArchive> largestFirst = units
            .OrderByDescending(unit => unit.Files.Sum(file => file.Length))
            .ThenBy(unit => unit.Mount, StringComparer.Ordinal);
        foreach (SplitArchive unit in largestFirst.TakeWhile(_ => all || total > allowance))
        {
            archives.Add(unit);
            total -= unit.Files.Sum(file => file.Length);
        }

        var managed = new List<PackageFile>();
        IOrderedEnumerable<PackageFile> movable = Assemblies(remaining, assemblies)
            .OrderByDescending(file => file.Length)
            .ThenBy(file => file.Name, StringComparer.Ordinal);
        foreach (PackageFile file in movable.TakeWhile(_ => all || total > allowance))
        {
            managed.Add(file);
            total -= file.Length;
        }

        if (managed.Count > 0)
        {
            archives.Add(new SplitArchive("managed", "managed", Sorted(managed)));
        }

        if (total > allowance)
        {
            throw TooLarge(remaining.Except(archives.SelectMany(unit => unit.Files)).ToList(), total, limit, layers);
        }

        var archived = archives.SelectMany(unit => unit.Files).ToHashSet();
        moved.AddRange(remaining.Where(archived.Contains).Select(file => file.Name));
        remaining.RemoveAll(archived.Contains);

        // The function looks for a model under its mount path, whether it was moved or not. So a model that stays is packaged under that
        // path.
        remaining.AddRange(units.Where(unit => !archives.Contains(unit) && unit.Files[0].Kind == FileKind.Model)
            .SelectMany(unit => unit.Files.Select(file => file with { Name = $"{unit.Mount}/{file.Name}" })));
        return new SplitPlan([.. Sorted(remaining)], [.. archives.OrderBy(unit => unit.Mount, StringComparer.Ordinal)], moved);
    }

    private static List<PackageFile> Sorted(IEnumerable<PackageFile> files) =>
        [.. files.OrderBy(file => file.Name, StringComparer.Ordinal)];

    private static List<PackageFile> Assemblies(List<PackageFile> files, IReadOnlyCollection<string> names)
    {
        var found = files.Where(file => file.Kind == FileKind.Assembly
            && (names.Contains(Path.GetFileName(file.Name)) || names.Contains(Path.GetFileNameWithoutExtension(file.Name)))).ToList();
        var missing = names
            .Where(name => !found.Any(file => Path.GetFileName(file.Name) == name || Path.GetFileNameWithoutExtension(file.Name) == name))
            .ToList();
        return missing.Count == 0
            ? found
            : throw new UsageException(
                $"--assembly names {string.Join(", ", missing.Select(name => $"'{name}'"))}, which are not in the publish directory.");
    }

    private static PackageException TooLarge(List<PackageFile> staying, long total, long limit, long layers)
    {
        const int shown = 5;
        IEnumerable<string> largest =
            staying.OrderByDescending(file => file.Length).Take(shown).Select(file => $"{file.Name} ({Size.Text(file.Length)})");
        return new PackageException(string.Create(
            CultureInfo.InvariantCulture,
            $"{Size.Text(total)} would have to stay{(layers > 0 ? $", in addition to layers of {Size.Text(layers)}" : string.Empty)}; " +
            $"the limit is {Size.Text(limit)}. The largest files are {string.Join(", ", largest)}. ")
            + "Leave out unneeded files with --prune, or name models with --model and assemblies that may be moved with --assembly.");
    }
}
