using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Packages;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Models.Archives;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Packages;

public sealed class SplitPackageTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    [Fact]
    public async Task LoadAsync_ArchivesOfEveryKind_AreFoundUnderTheirMountPaths()
    {
        using var fixture = new PackageFixture();
        fixture.With("data", "data.tar.gz", ArchiveBuilder.Gzip(ArchiveBuilder.Tar(("folder/one.txt", Text("one")))))
            .With("models/a", "a.zip", ArchiveBuilder.Zip(("labels.txt", Text("cat")), ("sub/two.txt", Text("two"))))
            .With("single", "alone.bin", Text("alone"));
        await using ServiceProvider services = fixture.Services();
        ISplitPackage package = services.GetRequiredService<ISplitPackage>();

        await package.LoadAsync(Stop);

        // The one folder of an archive stays part of its files' names.
        Assert.Equal("one", await File.ReadAllTextAsync(package.GetPath("data/folder/one.txt"), Stop));
        Assert.Equal("cat", await File.ReadAllTextAsync(package.GetPath("models/a/labels.txt"), Stop));
        Assert.Equal("two", await File.ReadAllTextAsync(Path.Combine(package.GetPath("models/a"), "sub", "two.txt"), Stop));
        Assert.Equal("alone", await File.ReadAllTextAsync(package.GetPath("single/alone.bin"), Stop));
    }

    [Fact]
    public async Task GetPath_MoreSpecificMount_IsAskedFirst()
    {
        using var fixture = new PackageFixture();
        fixture.With(".", "root.zip", ArchiveBuilder.Zip(("models/a/x.txt", Text("root")), ("y.txt", Text("y"))))
            .With("models/a", "a.zip", ArchiveBuilder.Zip(("x.txt", Text("a"))));
        await using ServiceProvider services = fixture.Services();
        ISplitPackage package = services.GetRequiredService<ISplitPackage>();
        await package.LoadAsync(Stop);

        Assert.Equal("a", await File.ReadAllTextAsync(package.GetPath("models/a/x.txt"), Stop));
        Assert.Equal("y", await File.ReadAllTextAsync(package.GetPath("./y.txt"), Stop));
    }

    [Fact]
    public async Task GetPath_OnlyBesideTheProgram_IsFoundThere()
    {
        using var fixture = new PackageFixture();
        fixture.With("a", "a.zip", ArchiveBuilder.Zip(("x.txt", Text("a"))));
        await using ServiceProvider services = fixture.Services();
        ISplitPackage package = services.GetRequiredService<ISplitPackage>();
        await package.LoadAsync(Stop);
        string own = Path.GetFileName(typeof(SplitPackageTests).Assembly.Location);

        Assert.Equal(Path.Combine(AppContext.BaseDirectory, own), package.GetPath(own));
    }

    [Fact]
    public async Task GetPath_Nowhere_NamesTheMounts()
    {
        using var fixture = new PackageFixture();
        fixture.With("a", "a.zip", ArchiveBuilder.Zip(("x.txt", Text("a"))));
        await using ServiceProvider services = fixture.Services();
        ISplitPackage package = services.GetRequiredService<ISplitPackage>();
        await package.LoadAsync(Stop);

        ModelLoadException thrown = Assert.Throws<ModelLoadException>(() => package.GetPath("models/b"));

        Assert.Contains("'models/b' is neither in the split package", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("'a'", thrown.Message, StringComparison.Ordinal);
        Assert.Throws<ModelLoadException>(() => package.GetPath("a/../../etc/passwd"));
    }

    [Fact]
    public async Task GetPath_BeforeLoading_SaysSo()
    {
        using var fixture = new PackageFixture();
        await using ServiceProvider services = fixture.Services();

        Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<ISplitPackage>().GetPath("a"));
    }

    [Fact]
    public async Task LoadAsync_OtherBytesThanPinned_NamesMountAndDigestAndTriesAgainLater()
    {
        using var fixture = new PackageFixture();
        byte[] good = ArchiveBuilder.Zip(("x.txt", Text("a")));
        fixture.With("models/a", "a.zip", good);
        File.WriteAllBytes(Path.Combine(fixture.Folder, "a.zip"), ArchiveBuilder.Zip(("x.txt", Text("b"))));
        await using ServiceProvider services = fixture.Services();
        ISplitPackage package = services.GetRequiredService<ISplitPackage>();

        ModelLoadException thrown = await Assert.ThrowsAsync<ModelLoadException>(() => package.LoadAsync(Stop));
        File.WriteAllBytes(Path.Combine(fixture.Folder, "a.zip"), good);
        await package.LoadAsync(Stop);

        Assert.Contains("archive for 'models/a' cannot be fetched", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("digest", thrown.Message, StringComparison.Ordinal);
        Assert.Equal("a", await File.ReadAllTextAsync(package.GetPath("models/a/x.txt"), Stop));
    }

    [Fact]
    public async Task LoadAsync_BaseUri_IsWhereRelativeArchivesAre()
    {
        using var fixture = new PackageFixture();
        using var elsewhere = new TestFolder();
        fixture.With("a", "a.zip", ArchiveBuilder.Zip(("x.txt", Text("a"))));
        File.Move(Path.Combine(fixture.Folder, "a.zip"), Path.Combine(elsewhere.Path, "a.zip"));
        await using ServiceProvider services = fixture.Services(options: package => package.BaseUri = elsewhere.Path);

        await services.GetRequiredService<ISplitPackage>().LoadAsync(Stop);
    }

    [Fact]
    public async Task LoadAsync_ManifestByUri_IsFetchedLikeAModel()
    {
        using var fixture = new PackageFixture();
        fixture.With("a", "a.zip", ArchiveBuilder.Zip(("x.txt", Text("a"))));
        await using ServiceProvider services = fixture.Services(options: package => package.Manifest = "file:" + fixture.Manifest);
        ISplitPackage loaded = services.GetRequiredService<ISplitPackage>();

        await loaded.LoadAsync(Stop);

        Assert.True(File.Exists(loaded.GetPath("a/x.txt")));
    }

    [Fact]
    public async Task LoadAsync_NamedManifestMissing_SaysWhichSettingNamesIt()
    {
        using var fixture = new PackageFixture();
        await using ServiceProvider services = fixture.Services(options: package => package.Manifest = "/nowhere/split-package.json");

        ModelLoadException thrown = await Assert.ThrowsAsync<ModelLoadException>(
            () => services.GetRequiredService<ISplitPackage>().LoadAsync(Stop));

        Assert.Contains("ServerlessInference:SplitPackage:Manifest", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_NoManifestAnywhere_IsAPackageOfNothing()
    {
        using var fixture = new PackageFixture();
        await using ServiceProvider services = fixture.Services(options: package => package.Manifest = null);

        await services.GetRequiredService<ISplitPackage>().LoadAsync(Stop);
    }

    [Fact]
    public async Task LoadAsync_AbsoluteMount_IsALinkThatFollowsTheContent()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a privilege there");
        using var place = new TestFolder();
        string mount = Path.Combine(place.Path, "below", "data");
        foreach (string content in (string[])["first", "second"])
        {
            using var fixture = new PackageFixture();
            fixture.With(mount, "a.zip", ArchiveBuilder.Zip(("x.txt", Text(content))));
            await using ServiceProvider services = fixture.Services();
            await services.GetRequiredService<ISplitPackage>().LoadAsync(Stop);

            Assert.Equal(content, await File.ReadAllTextAsync(Path.Combine(mount, "x.txt"), Stop));
            Assert.Equal(
                Path.Combine(services.GetRequiredService<ISplitPackage>().GetPath(mount), "x.txt"),
                services.GetRequiredService<ISplitPackage>().GetPath(mount + "/x.txt"));
        }
    }

    [Fact]
    public async Task LoadAsync_MountPathTaken_IsRefused()
    {
        using var place = new TestFolder();
        place.Write("data/own.txt");
        using var fixture = new PackageFixture();
        fixture.With(Path.Combine(place.Path, "data"), "a.zip", ArchiveBuilder.Zip(("x.txt", Text("a"))));
        await using ServiceProvider services = fixture.Services();

        ModelLoadException thrown = await Assert.ThrowsAsync<ModelLoadException>(
            () => services.GetRequiredService<ISplitPackage>().LoadAsync(Stop));

        Assert.Contains("cannot be mounted", thrown.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(place.Path, "data", "own.txt")));
    }

    [Fact]
    public async Task FromSplitPackage_Model_RunsWithTheArchivesVersion()
    {
        using var fixture = new PackageFixture();
        fixture.With("models/double", "double.zip", ArchiveBuilder.Zip(("model.onnx", TinyModels.Double())));
        await using ServiceProvider services = fixture.Services(
            builder => builder.AddModel("double", model => model.FromSplitPackage("models/double")));

        using ServerlessInference.Sessions.ModelLease lease = await services.GetRequiredService<IModelRegistry>().AcquireAsync(
            "double", Stop);

        Assert.Equal("package:models/double", lease.Model.Identity.Source);
        Assert.StartsWith("sha256-", lease.Model.Identity.Version, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PackageUri_ModelWithAPointer_ComesFromWhereThePointerLeads()
    {
        using var fixture = new PackageFixture();
        using var models = new TestFolder();
        models.Write("model.onnx", TinyModels.Double());
        fixture.With(new SplitPackageArchive { Mount = "models/double", PointerUri = "file:" + models.Path });
        await using ServiceProvider services = fixture.Services(
            builder => builder.AddModel("double", model => model.From(source => source.Uri("package:models/double"))));
        IModelSource source = services.GetRequiredKeyedService<IModelSource>("double");

        string first = await source.GetVersionAsync(Stop);
        models.Write("model.onnx", TinyModels.Double(width: 5));
        models.Write("labels.txt", "new");
        using ModelArtifact artifact = await source.LoadAsync(Stop);

        Assert.NotEqual(first, artifact.Version);
        Assert.Equal("file:" + models.Path, artifact.Source);
    }

    [Fact]
    public void SplitPackageSource_NotRegistered_SaysWhatToCall()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("a", model => model.FromSplitPackage("models/a"));
        using ServiceProvider provider = services.BuildServiceProvider();

        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(
            () => provider.GetRequiredKeyedService<IModelSource>("a"));

        Assert.Contains("UseSplitPackage", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_Progress_HearsOfEveryByte()
    {
        using var fixture = new PackageFixture();
        byte[] archive = ArchiveBuilder.Zip(("x.bin", TemporaryBytes(300_000)));
        fixture.With("a", "a.zip", archive);
        var counter = new Counter();
        await using ServiceProvider services = fixture.Services(
            builder => builder.Services.AddSingleton<IProgress<TransferProgress>>(counter));

        await services.GetRequiredService<ISplitPackage>().LoadAsync(Stop);

        Assert.Equal(archive.Length, counter.Total);
        Assert.True(counter.Bytes >= archive.Length, $"{counter.Bytes} bytes");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    public async Task Parallelism_OutOfBounds_IsRefused(int parallelism)
    {
        using var fixture = new PackageFixture();
        await using ServiceProvider services = fixture.Services(options: package => package.Parallelism = parallelism);

        Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => services.GetRequiredService<ISplitPackage>());
    }

    private static byte[] TemporaryBytes(int length) => Models.Transfer.TemporaryStore.Bytes(length);

    private sealed class Counter : IProgress<TransferProgress>
    {
        private long _bytes;

        public long Bytes => Interlocked.Read(ref _bytes);

        public long Total { get; private set; }

        public void Report(TransferProgress value)
        {
            Interlocked.Add(ref _bytes, value.Bytes);
            Total = value.Total;
        }
    }
}
