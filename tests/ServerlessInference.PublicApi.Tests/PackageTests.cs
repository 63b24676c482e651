using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using ServerlessInference.PublicApi.Internal;

namespace ServerlessInference.PublicApi;

/// <summary>The packages as NuGet and its users see them.</summary>
public sealed partial class PackageTests
{
    private const string Templates = "ServerlessInference.Templates";
    private const string Tool = "ServerlessInference.Tool";

    private static readonly string[] Ids =
        [.. Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src"))
            .Select(folder => Path.GetFileName(folder))
            .Where(id => File.Exists(Path.Combine(Repository.Root, "src", id, id + ".csproj")))   // src/Shared has no project
            .Order(StringComparer.Ordinal)];

    public static TheoryData<string> Packages => [.. Ids];

    public static TheoryData<string> Libraries => [.. Ids.Except([Templates, Tool])];

    [Theory]
    [MemberData(nameof(Packages))]
    public void Metadata_Package_IsComplete(string id)
    {
        using PackageFile package = PackageFile.Open(id);

        Assert.Equal("Apache-2.0", package.Text("license"));
        Assert.Equal("git", package.Attribute("repository", "type"));
        string repository = package.Attribute("repository", "url");
        Assert.StartsWith("https://", repository, StringComparison.Ordinal);
        Assert.Equal(repository, package.Text("projectUrl"));
        Assert.Equal($"{repository}/blob/main/CHANGELOG.md", package.Text("releaseNotes"));
        Assert.NotEmpty(package.Text("description"));
        Assert.Contains("onnx", package.Text("tags").Split(' '));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Icon_Package_IsAPngOf128Pixels(string id)
    {
        using PackageFile package = PackageFile.Open(id);

        byte[] icon = package.Read(package.Text("icon"));

        Assert.Equal("PNG", Encoding.ASCII.GetString(icon, 1, 3));
        Assert.Equal(128, BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(16)));
        Assert.Equal(128, BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(20)));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Readme_Package_HasNoRelativeLinks(string id)
    {
        using PackageFile package = PackageFile.Open(id);

        string readme = Encoding.UTF8.GetString(package.Read(package.Text("readme")));

        Assert.StartsWith($"# {id}\n", readme, StringComparison.Ordinal);
        Assert.All(Link().Matches(readme), link => Assert.Matches("^(https://|#)", link.Groups[1].Value));
        Assert.DoesNotContain("`docs/", readme, StringComparison.Ordinal);
    }

    // With a file for every target framework, such as one directly in buildTransitive/, NuGet would consider the package compatible with
    // all of them.
    [Theory]
    [MemberData(nameof(Libraries))]
    public void Files_Library_AreForItsTargetFrameworkOnly(string id)
    {
        using PackageFile package = PackageFile.Open(id);

        string[] assets = [.. package.Files.Where(file => Asset().IsMatch(file))];

        Assert.Contains($"lib/net10.0/{id}.dll", assets);
        Assert.All(assets, file => Assert.Contains("/net10.0/", file, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Dependencies_Library_AreTheProjectsOwn(string id)
    {
        using PackageFile package = PackageFile.Open(id);
        string project = File.ReadAllText(Path.Combine(Repository.Root, "src", id, id + ".csproj"));

        IEnumerable<string> referenced = Reference().Matches(project).Select(match => match.Groups[1].Value);

        Assert.Equal(referenced.Order(StringComparer.Ordinal), package.Dependencies.Keys.Order(StringComparer.Ordinal));
        Assert.All(package.Dependencies.Where(one => Ids.Contains(one.Key)), one => Assert.Equal(package.Version, one.Value));
        Assert.All(
            package.Dependencies.Where(one => one.Key.StartsWith("Microsoft.ML.OnnxRuntime", StringComparison.Ordinal)),
            one => Assert.Equal("1.30.0", one.Value));
    }

    // An application that runs on a GPU uses another native package, so only the host may include ONNX Runtime for the CPU.
    [Fact]
    public void Dependencies_NativeOnnxRuntime_IsOfTheHostOnly()
    {
        IEnumerable<string> native = Ids.Except([Templates, Tool, "ServerlessInference.AmazonLambda"]).Where(id =>
        {
            using PackageFile package = PackageFile.Open(id);
            return package.Dependencies.ContainsKey("Microsoft.ML.OnnxRuntime");
        });

        Assert.Equal(["ServerlessInference.Lambda"], native);
    }

    [GeneratedRegex(@"\]\(\s*<?([^)>\s]+)")]
    private static partial Regex Link();

    [GeneratedRegex("^(lib|ref|build|buildTransitive|buildMultiTargeting|contentFiles|runtimes)/")]
    private static partial Regex Asset();

    [GeneratedRegex("""<(?:Package|Project)Reference Include="(?:[^"]*/)?([^"]+?)(?:\.csproj)?" />""")]
    private static partial Regex Reference();
}
