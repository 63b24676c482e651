using System.CommandLine;

namespace ServerlessInference.Tool.Packaging;

/// <summary>Checks that native files are built for the processor of the package.</summary>
internal static class ArchitectureCheck
{
    private const string X64 = "x86_64", Arm64 = "arm64";

    /// <summary>Creates the option <c>--architecture</c>.</summary>
    public static Option<string?> Option(string description)
    {
        var option = new Option<string?>("--architecture") { Description = description, HelpName = "NAME" };
        option.AcceptOnlyFromAmong(X64, Arm64);
        return option;
    }

    /// <summary>Rejects a program or library that exists only for other processors.</summary>
    /// <param name="files">All files of the package; they may include a library for several processors.</param>
    /// <param name="architecture"><c>x86_64</c> or <c>arm64</c>.</param>
    /// <exception cref="PackageException">There is one; the message names it.</exception>
    public static void Require(IEnumerable<PackageFile> files, string architecture)
    {
        IGrouping<string, (string Name, NativeImage? Image)>? wrong = files
            .Where(file => file.Kind is FileKind.NativeLibrary or FileKind.RuntimeLibrary or FileKind.Other)
            .Select(file => (file.Name, Image: NativeImage.TryRead(file.Path)))
            .Where(file => file.Image is { IsLinux: true })
            .GroupBy(file => Path.GetFileName(file.Name), StringComparer.Ordinal)
            .FirstOrDefault(library => library.All(file => file.Image!.Architecture != architecture));
        if (wrong is null)
        {
            return;
        }

        (string name, NativeImage? image) = wrong.First();
        throw new PackageException(
            $"'{name}' is for {image!.Architecture}, but the package is for {architecture}. " +
            $"Publish the function with dotnet publish -r {(architecture == Arm64 ? "linux-arm64" : "linux-x64")}, " +
            "or give another --architecture.");
    }
}
