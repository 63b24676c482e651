using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace ServerlessInference.Tool.Packaging;

/// <summary>What <c>dotnet publish</c> made, file by file in ordinal order.</summary>
internal static class PublishFolder
{
    private const string DependencyManifest = ".deps.json";

    /// <summary>Lists a folder.</summary>
    /// <exception cref="UsageException">It is no folder, or has no files.</exception>
    public static List<PackageFile> List(string root)
    {
        if (!Directory.Exists(root))
        {
            throw new UsageException($"'{root}' is no folder. Name what 'dotnet publish -o' wrote.");
        }

        var files = new List<PackageFile>();
        foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/');
            files.Add(PackageFile.Of(name, path, KindOf(name, path)));
        }

        files.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return files.Count > 0 ? files : throw new UsageException($"'{root}' is empty.");
    }

    /// <summary>Refuses to write into what is packed.</summary>
    /// <exception cref="UsageException">The one folder lies in the other.</exception>
    public static void RequireOutside(string root, string output)
    {
        if (WithSeparator(output).StartsWith(WithSeparator(root), StringComparison.Ordinal))
        {
            throw new UsageException("--out lies inside --root, and what is written there would be packed. Name a folder beside it.");
        }

        static string WithSeparator(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
    }

    /// <summary>Gives the assembly names that an assembly refers to.</summary>
    public static List<string> References(string path)
    {
        using var stream = File.OpenRead(path);
        using var image = new PEReader(stream);
        if (!image.HasMetadata)
        {
            return [];
        }

        var reader = image.GetMetadataReader();
        return [.. reader.AssemblyReferences.Select(handle => reader.GetString(reader.GetAssemblyReference(handle).Name))];
    }

    /// <summary>Tells whether a file is a host's list of a program's assemblies and native libraries.</summary>
    public static bool IsDependencyManifest(string name) => name.EndsWith(DependencyManifest, StringComparison.OrdinalIgnoreCase);

    private static FileKind KindOf(string name, string path)
    {
        var file = Path.GetFileName(name);
        var extension = Path.GetExtension(file).ToLowerInvariant();
        switch (extension)
        {
            case ".pdb" or ".dbg" or ".debug" or ".dwarf":
                return FileKind.Symbols;
            case ".xml" when File.Exists(Path.ChangeExtension(path, ".dll")):
                return FileKind.Documentation;
            case ".dll":
                return IsManaged(path) ? FileKind.Assembly : FileKind.NativeLibrary;
            case ".dylib" or ".lib" or ".a":
                return FileKind.NativeLibrary;
        }

        var isLibrary = extension == ".so" || file.Contains(".so.", StringComparison.Ordinal);
        return !isLibrary ? FileKind.Other : IsOfTheRuntime(file) ? FileKind.RuntimeLibrary : FileKind.NativeLibrary;
    }

    // What a self-contained program's host and runtime load by themselves, before any code of the program runs.
    private static bool IsOfTheRuntime(string file) =>
        file.StartsWith("libSystem.", StringComparison.Ordinal)
        || file.StartsWith("libclr", StringComparison.Ordinal)
        || file.StartsWith("libcoreclr", StringComparison.Ordinal)
        || file.StartsWith("libhost", StringComparison.Ordinal)
        || file.StartsWith("libmscor", StringComparison.Ordinal)
        || file.StartsWith("libnethost", StringComparison.Ordinal);

    private static bool IsManaged(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            using var image = new PEReader(stream);
            return image.HasMetadata;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }
}
