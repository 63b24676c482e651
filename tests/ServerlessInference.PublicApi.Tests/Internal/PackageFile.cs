using System.IO.Compression;
using System.Xml.Linq;

namespace ServerlessInference.PublicApi.Internal;

/// <summary>A package as <c>eng/pack.sh artifacts/packages</c> wrote it.</summary>
internal sealed class PackageFile : IDisposable
{
    private readonly ZipArchive _archive;
    private readonly XElement _metadata;

    private PackageFile(string path)
    {
        _archive = ZipFile.OpenRead(path);
        using Stream nuspec = _archive.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        _metadata = XDocument.Load(nuspec).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    }

    /// <summary>Gets the paths of the package's files.</summary>
    public IEnumerable<string> Files => _archive.Entries.Select(entry => entry.FullName);

    /// <summary>Gets the version.</summary>
    public string Version => Text("version");

    /// <summary>Gets the packages that this one depends on, each with its lowest version.</summary>
    public IReadOnlyDictionary<string, string> Dependencies =>
        _metadata.Descendants().Where(element => element.Name.LocalName == "dependency")
        .ToDictionary(element => element.Attribute("id")!.Value, element => element.Attribute("version")!.Value);

    /// <summary>Opens the package with this id, or skips the test if the packages have not been built.</summary>
    public static PackageFile Open(string id)
    {
        string folder = Path.Combine(Repository.Root, "artifacts", "packages");
        Assert.SkipUnless(Directory.Exists(folder), "the packages have not been built (eng/pack.sh artifacts/packages)");
        string? path =
            Directory.GetFiles(folder, $"{id}.*.nupkg").SingleOrDefault(file => char.IsAsciiDigit(Path.GetFileName(file)[id.Length + 1]));
        Assert.SkipWhen(
            path is null && id == "ServerlessInference.AmazonLambda", $"{id} is left out: no package source has Amazon.Lambda.Core");
        Assert.True(path is not null, $"{folder} has no package {id}.");
        return new PackageFile(path);
    }

    /// <summary>Returns the text of an element of the metadata; empty if there is none.</summary>
    public string Text(string element) => Find(element)?.Value ?? "";

    /// <summary>Returns an attribute of an element of the metadata; empty if there is none.</summary>
    public string Attribute(string element, string attribute) => Find(element)?.Attribute(attribute)?.Value ?? "";

    /// <summary>Reads a file of the package.</summary>
    public byte[] Read(string path)
    {
        ZipArchiveEntry? entry = _archive.GetEntry(path);
        Assert.True(entry is not null, $"{Text("id")} has no file '{path}'.");
        using Stream content = entry.Open();
        using var bytes = new MemoryStream();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }

    public void Dispose() => _archive.Dispose();

    private XElement? Find(string element) => _metadata.Elements().SingleOrDefault(found => found.Name.LocalName == element);
}
