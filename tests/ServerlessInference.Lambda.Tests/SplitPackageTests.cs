using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Lambda.Tests.Runtime;
using ServerlessInference.Models;
using ServerlessInference.Packages;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests;

public sealed class SplitPackageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lambda-tests-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task InitializeAsync_Package_IsThereBeforeModelsAreAskedFor()
    {
        string manifest = Write("content");
        bool wasThere = false;
        var source = new TestModels.TestSource();
        InferenceFunctionBuilder builder = Builder(manifest);
        builder.Services.AddServerlessInference().AddModel("first", model => model.From(sources => sources.Custom(services =>
        {
            wasThere = File.Exists(services.GetRequiredService<ISplitPackage>().GetPath("data/file.txt"));
            return source;
        })));
        await using InferenceFunction function = builder.Build();
        Task initialization = function.InitializeAsync(Token);
        await source.Asked.Task.WaitAsync(Token);

        Assert.True(wasThere);
        source.Fail("enough");
        await Assert.ThrowsAsync<ModelLoadException>(() => initialization);
    }

    [Fact]
    public async Task InitializeAsync_OtherBytesThanPinned_FailsTheInitialization()
    {
        string manifest = Write("content", digestOf: "other");
        InferenceFunctionBuilder builder = Builder(manifest);
        builder.AddFakeModel();
        await using InferenceFunction function = builder.MapHttp("shapes").Build();

        ModelLoadException thrown = await Assert.ThrowsAsync<ModelLoadException>(() => function.InitializeAsync(Token));

        Assert.Contains("archive for 'data' cannot be fetched", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UseSplitPackage_S3Uri_IsUnderstood()
    {
        string manifest = Path.Combine(_folder, "split-package.json");
        await File.WriteAllBytesAsync(manifest, CreateManifest("a", "s3://", new string('0', 64)), Token);
        await using InferenceFunction function = Builder(manifest).Build();

        ModelLoadException thrown = await Assert.ThrowsAsync<ModelLoadException>(() => function.InitializeAsync(Token));

        Assert.Contains("has no bucket", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_PackageThatOutlastsTheInitPhase_IsAskedForAgainByTheFirstRequest()
    {
        var clock = new ObservedTimeProvider();
        await using var api = new FakeRuntimeApi();
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], api.Environment());
        builder.LogOutput = () => Stream.Null;
        builder.Services.AddSingleton<TimeProvider>(clock);
        var source = new TestModels.TestSource();
        builder.Services.AddSingleton<IModelSourceFactory>(new SlowFactory(source));
        string manifest = Path.Combine(_folder, "split-package.json");
        await File.WriteAllBytesAsync(manifest, CreateManifest("a", "slow:x", new string('0', 64)), Token);
        builder.UseSplitPackage(options => options.Manifest = manifest);
        builder.AddUnloadedModel("shapes", source);
        await using InferenceFunction function = builder.MapHttp("shapes").Build();
        using var stop = new CancellationTokenSource();
        Task run = function.RunAsync(stop.Token);
        Task<FakeRuntimeApi.Post> post = api.SendAsync(LambdaEvents.HttpApi("POST", "/", new byte[1]));
        await source.Asked.Task.WaitAsync(Token);
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(9));
        clock.Advance(TimeSpan.FromSeconds(9.1));
        await api.FirstNext.Task.WaitAsync(Token);
        source.Fail("Gone.");

        Assert.Contains("\"statusCode\":503", (await post).Body, StringComparison.Ordinal);
        await stop.CancelAsync();
        await Task.WhenAny(run);
    }

    [Fact]
    public void UseSplitPackageAssemblies_NativeAndTrimmedPrograms_AreWarned()
    {
        System.Reflection.MethodInfo method =
            typeof(SplitPackageHostExtensions).GetMethod(nameof(SplitPackageHostExtensions.UseSplitPackageAssemblies))!;

        Assert.True(method.IsDefined(typeof(RequiresDynamicCodeAttribute), false));
        Assert.True(method.IsDefined(typeof(RequiresUnreferencedCodeAttribute), false));
        Assert.False(
            typeof(SplitPackageHostExtensions).GetMethod(nameof(SplitPackageHostExtensions.UseSplitPackage))!.IsDefined(
                typeof(RequiresDynamicCodeAttribute), false));
    }

    private InferenceFunctionBuilder Builder(string manifest)
    {
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], new LambdaEnvironment());
        builder.LogOutput = () => Stream.Null;
        builder.Services.Configure<ModelStoreOptions>(options => options.Root = Path.Combine(_folder, "store"));
        return builder.UseSplitPackage(options => options.Manifest = manifest);
    }

    private string Write(string content, string? digestOf = null)
    {
        File.WriteAllText(Path.Combine(_folder, "file.txt"), content);
        string manifest = Path.Combine(_folder, "split-package.json");
        string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(digestOf ?? content)));
        File.WriteAllBytes(manifest, CreateManifest("data", "file.txt", digest));
        return manifest;
    }

    private static byte[] CreateManifest(string mount, string uri, string digest) =>
        new SplitPackageManifest { Archives = [new SplitPackageArchive { Mount = mount, Uri = uri, Sha256 = digest }] }.ToJson();

    private sealed class SlowFactory(IModelSource source) : IModelSourceFactory
    {
        public string Scheme => "slow";

        public IModelSource Create(string uri) => source;
    }
}
