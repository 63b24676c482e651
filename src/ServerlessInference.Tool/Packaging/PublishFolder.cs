using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using ServerlessInference.Tool.CommandLine;

namespace ServerlessInference.Tool.Packaging;

/// <summary>Lists the output of <c>dotnet publish</c>, in ordinal order.</summary>
internal static class PublishFolder
{
    private const string DependencyManifest = ".deps.json";

    /// <summary>Lists a directory.</summary>
    /// <exception cref="UsageException">The path is not a directory, or the directory has no files.</exception>
    public static List<PackageFile> List(string root)
    {
        if (!Directory.Exists(root))
        {
            throw new UsageException($"'{root}' is not a directory. Give the output directory of 'dotnet publish -o'.");
        }

        var files = new List<PackageFile>();
        foreach (string path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/');
            files.Add(PackageFile.Create(name, path, GetKind(name, path)));
        }

        files.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return files.Count > 0 ? files : throw new UsageException($"'{root}' is empty.");
    }

    /// <summary>Rejects an output directory inside the directory that is packaged.</summary>
    /// <exception cref="UsageException">The output directory is inside the other.</exception>
    public static void RequireOutside(string root, string output)
    {
        if (WithSeparator(output).StartsWith(WithSeparator(root), StringComparison.Ordinal))
        {
            throw new UsageException("--out is inside --root, so its content would be packaged too. Choose a directory outside --root.");
        }

        static string WithSeparator(string folder) =>
            Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
    }

    /// <summary>Returns the names of the assemblies that an assembly references.</summary>
    public static List<string> ReadReferences(string path)
    {
        using FileStream stream = File.OpenRead(path);
        using var image = new PEReader(stream);
        if (!image.HasMetadata)
        {
            return [];
        }

        MetadataReader reader = image.GetMetadataReader();
        return [.. reader.AssemblyReferences.Select(handle => reader.GetString(reader.GetAssemblyReference(handle).Name))];
    }

    /// <summary>Returns whether a file is a <c>.deps.json</c>, the .NET host's list of assemblies and native libraries.</summary>
    public static bool IsDependencyManifest(string name) => name.EndsWith(DependencyManifest, StringComparison.OrdinalIgnoreCase);

    private static FileKind GetKind(string name, string path)
    {
        string file = Path.GetFileName(name);
        string extension = Path.GetExtension(file).ToLowerInvariant();
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

        bool isLibrary = extension == ".so" || file.Contains(".so.", StringComparison.Ordinal);
        return !isLibrary ? FileKind.Other : IsRuntimeLibrary(file) ? FileKind.RuntimeLibrary : FileKind.NativeLibrary;
    }

    // The host and runtime of a self-contained program load these libraries before any code of the program runs.
    private static bool IsRuntimeLibrary(string file) =>
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
            using FileStream stream = File.OpenRead(path);
            using var image = new PEReader(stream);
            return image.HasMetadata;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }
}
