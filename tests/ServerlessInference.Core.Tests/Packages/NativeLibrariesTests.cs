using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Packages;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Models.Archives;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Packages;

public sealed class NativeLibrariesTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    private static string OnnxRuntime =>
        Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", "libonnxruntime.so");

    [Fact]
    public void ElfImage_OnnxRuntime_SaysItsNameAndNeeds()
    {
        Assert.SkipUnless(File.Exists(OnnxRuntime), $"{OnnxRuntime} is not there");

        ElfImage image = ElfImage.TryRead(OnnxRuntime)!;

        Assert.Null(image.Objection);
        Assert.StartsWith("libonnxruntime.so", image.Name, StringComparison.Ordinal);
        Assert.Contains("libc.so.6", image.Needed);
    }

    [Fact]
    public void ElfImage_DamagedAnywhere_IsReadWithoutAnException()
    {
        Assert.SkipUnless(File.Exists(OnnxRuntime), $"{OnnxRuntime} is not there");
        using var folder = new TestFolder();
        byte[] start = new byte[64 * 1024];
        using (FileStream file = File.OpenRead(OnnxRuntime))
        {
            file.ReadExactly(start);
        }

        var random = new Random(7);
        for (int i = 0; i < 300; i++)
        {
            byte[] damaged = start[..random.Next(start.Length)];
            for (int flips = 0; flips < 40 && damaged.Length > 0; flips++)
            {
                damaged[random.Next(Math.Min(damaged.Length, 1024))] = (byte)random.Next(256);
            }

            if (damaged.Length > 4)
            {
                start.AsSpan(0, 4).CopyTo(damaged);
            }

            _ = ElfImage.TryRead(folder.Write("damaged.so", damaged));
        }

        Assert.Null(ElfImage.TryRead(folder.Write("text.so", "no library")));
        Assert.Null(ElfImage.TryRead(Path.Combine(folder.Path, "missing.so")));
    }

    [Fact]
    public void ElfImage_OtherProcessor_IsNamed()
    {
        Assert.SkipUnless(File.Exists(OnnxRuntime) && RuntimeInformation.ProcessArchitecture == Architecture.X64, "needs an x64 library");
        using var folder = new TestFolder();
        byte[] bytes = File.ReadAllBytes(OnnxRuntime)[..4096];
        bytes[18] = 183;

        Assert.Equal("it is for arm64, and this process is x64", ElfImage.TryRead(folder.Write("libx.so", bytes))!.Objection);
    }

    [Theory]
    [InlineData("libx.so", true)]
    [InlineData("libx.so.1.2", true)]
    [InlineData("x.dll", false)]
    [InlineData("x.sort", false)]
    [InlineData("model.onnx", false)]
    public void IsLibrary_LinuxFileName_IsRecognized(string name, bool expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the names are Linux'");

        Assert.Equal(expected, NativeLibraryName.IsLibrary(name));
    }

    [Fact]
    public async Task PInvoke_LibraryInThePackageOnly_IsLoadedAfterWhatItNeeds()
    {
        using var fixture = new PackageFixture();
        byte[] inner = Compile(fixture.Folder, "libsi_inner.so", "int si_inner(void){return 40;}");
        byte[] outer = Compile(fixture.Folder, "libsi_outer.so", "int si_inner(void); int si_outer(void){return " +
            "si_inner()+2;}", "-L" + fixture.Folder, "-lsi_inner");
        File.Delete(Path.Combine(fixture.Folder, "libsi_inner.so"));
        fixture.With(
            "native", "native.zip",
            ArchiveBuilder.Zip(
                ("outer/libsi_outer.so", outer), ("inner/libsi_inner.so", inner), ("arm/libsi_outer.so", OtherProcessor(outer))));
        await using ServiceProvider services = fixture.Services();
        ISplitPackage package = services.GetRequiredService<ISplitPackage>();
        await package.LoadAsync(Stop);

        Assert.Equal(42, Outer());
        Assert.True(package.TryGetNativeLibrary("si_outer", out string? path));
        Assert.EndsWith("/outer/libsi_outer.so", path, StringComparison.Ordinal);
        Assert.True(package.TryGetNativeLibrary("libsi_inner.so", out _));
        Assert.False(package.TryGetNativeLibrary("si_none", out _));
    }

    [Fact]
    public async Task CustomOperatorLibraries_InThePackageOnly_AreRegisteredWithTheSession()
    {
        using var fixture = new PackageFixture();
        using var trace = new TestFolder();
        string called = Path.Combine(trace.Path, "called");
        byte[] library = Compile(
            fixture.Folder, "libsi_operators.so",
            "#include <stdio.h>\nvoid* RegisterCustomOps(void* options, const void* api) { FILE* file = " +
            "fopen(\"" + called + "\", \"w\"); fclose(file); return 0; }");
        fixture.With("native", "native.zip", ArchiveBuilder.Zip(("libsi_operators.so", library))).With(
            "models/double", "double.zip", ArchiveBuilder.Zip(("model.onnx", TinyModels.Double())));
        await using ServiceProvider services = fixture.Services(builder => builder
            .AddModel(
                "double",
                model => model.FromSplitPackage("models/double").Configure(options => options.CustomOperatorLibraries.Add("si_operators")))
            .AddModel(
                "missing",
                model => model.FromSplitPackage("models/double").Configure(options => options.CustomOperatorLibraries.Add("si_none"))));
        IModelRegistry registry = services.GetRequiredService<IModelRegistry>();

        using (ServerlessInference.Sessions.ModelLease lease = await registry.AcquireAsync("double", Stop))
        {
            Assert.True(File.Exists(called));
        }

        ModelLoadException thrown = await Assert.ThrowsAsync<ModelLoadException>(async () => await registry.AcquireAsync("missing", Stop));
        Assert.Contains("library 'si_none' is neither in a split package", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PInvoke_LibraryThatCannotBeLoaded_ReportsEveryFileAndItsReason()
    {
        using var fixture = new PackageFixture();
        byte[] needy = Compile(fixture.Folder, "libsi_gone.so", "int si_gone(void){return 1;}");
        byte[] broken = Compile(fixture.Folder, "libsi_broken.so", "int si_gone(void); int si_broken(void){return " +
            "si_gone();}", "-L" + fixture.Folder, "-lsi_gone");
        File.Delete(Path.Combine(fixture.Folder, "libsi_gone.so"));
        fixture.With(
            "native", "native.zip", ArchiveBuilder.Zip(("a/libsi_broken.so", broken), ("b/libsi_broken.so", OtherProcessor(needy))));
        await using ServiceProvider services = fixture.Services();
        await services.GetRequiredService<ISplitPackage>().LoadAsync(Stop);

        DllNotFoundException thrown = Assert.Throws<DllNotFoundException>(() => Broken());

        Assert.Contains("libsi_gone.so: cannot open shared object file", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("b/libsi_broken.so: it is for", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DescribeSearch_MissingLibrary_ListsEveryPlaceWithItsReason()
    {
        using var folder = new TestFolder();
        using var package = new NativeLibraries([folder.Write("libother.so", "no library")]);

        IReadOnlyList<string> report = package.DescribeSearch("si_nowhere");

        Assert.Contains(report, place =>
            place.StartsWith(
                AppContext.BaseDirectory, StringComparison.Ordinal) && place.EndsWith(": not found", StringComparison.Ordinal));
        Assert.Contains("split package: it has no libsi_nowhere.so; its libraries are libother.so", report);
        Assert.Contains(report, place => place.StartsWith("directories of the system: ", StringComparison.Ordinal));
    }

    [Fact]
    public void DescribeSearch_DamagedLibrary_HasTheReasonOfTheLoader()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the loader's words are Linux'");
        using var folder = new TestFolder();
        string path = folder.Write("libsi_text.so", "this is no library");
        using var package = new NativeLibraries([path]);

        Assert.Contains(package.DescribeSearch("si_text"), place =>
            place.StartsWith(path, StringComparison.Ordinal) && place.Contains("file too short", StringComparison.Ordinal));
    }

    [DllImport("si_outer", EntryPoint = "si_outer")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static extern int Outer();

    [DllImport("si_broken", EntryPoint = "si_broken")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static extern int Broken();

    private static byte[] OtherProcessor(byte[] library)
    {
        byte[] other = [.. library];
        other[18] = (byte)(other[18] == 62 ? 183 : 62);
        return other;
    }

    private static byte[] Compile(string folder, string name, string source, params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/cc"), "no C compiler is installed");
        string file = Path.Combine(folder, name);
        File.WriteAllText(file + ".c", source);
        using Process compiler = Process.Start(
            "/usr/bin/cc", ["-shared", "-fPIC", "-Wl,-soname," + name, "-o", file, file + ".c", .. arguments]);
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
        return File.ReadAllBytes(file);
    }
}
