using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ServerlessInference.Models;
using ServerlessInference.Registration;
using ServerlessInference.Tensors;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Models.Pointers;

public sealed class PointerTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    private ServiceProvider Build(Action<ModelBuilder> configure, TimeProvider? time = null)
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("m", model =>
        {
            configure(model);
            model.Configure(options => options.IntraOpThreads = 1);
        });
        services.Replace(ServiceDescriptor.Singleton(time ?? _time));
        return services.BuildServiceProvider();
    }

    private static IModelSource SourceOf(IServiceProvider services) => services.GetRequiredKeyedService<IModelSource>("m");

    private static async Task<string> ErrorAsync(IServiceProvider services) =>
        (await Assert.ThrowsAsync<ModelLoadException>(async () => (await SourceOf(services).LoadAsync(Token)).Dispose())).Message;

    private string Model(string folder, int number)
    {
        string file = _folder.Write(folder + "/model.onnx", VersionedSource.Model(number));

        // The models have the same name, size and time, so that only the pointer distinguishes them.
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddDays(10_000));
        return Path.GetDirectoryName(file)!;
    }

    [Fact]
    public async Task FromPointer_EnvironmentVariable_LoadsItsModel()
    {
        string variable = $"POINTER_{Guid.NewGuid():N}";
        Environment.SetEnvironmentVariable(variable, $" file:{Model("one", 1)}\n");
        await using ServiceProvider services = Build(model => model.FromPointer(pointer => pointer.EnvironmentVariable(variable)));

        using ModelArtifact artifact = await SourceOf(services).LoadAsync(Token);

        Assert.Equal("env:" + variable, SourceOf(services).Description);
        Assert.Equal($"file:{_folder.Path}/one", artifact.Source);
        Assert.Equal(artifact.Version, await SourceOf(services).GetVersionAsync(Token));
        Environment.SetEnvironmentVariable(variable, null);
    }

    [Fact]
    public async Task FromPointer_VariableNotSet_AsksToSetIt()
    {
        await using ServiceProvider services = Build(model => model.FromPointer(pointer => pointer.EnvironmentVariable("NO_SUCH_POINTER")));

        Assert.Equal(
            "The environment variable 'NO_SUCH_POINTER' is not set. Set it to the model's location, such as s3://bucket/folder/.",
            await ErrorAsync(services));
    }

    [Fact]
    public async Task FromPointer_File_LoadsItsModel()
    {
        string file = _folder.Write("model.uri", $"file:{Model("one", 1)}\n");
        await using ServiceProvider services = Build(model => model.From(source => source.Uri("pointer-file:" + file)));

        using ModelArtifact artifact = await SourceOf(services).LoadAsync(Token);

        Assert.Equal($"file:{_folder.Path}/one", artifact.Source);
    }

    [Fact]
    public async Task FromPointer_FileMissingOrTooLarge_SaysSo()
    {
        await using ServiceProvider absent = Build(model => model.FromPointer(pointer => pointer.File(_folder.Path + "/none")));
        Assert.StartsWith(
            $"The pointer pointer-file:{_folder.Path}/none cannot be read: ", await ErrorAsync(absent), StringComparison.Ordinal);

        string large = _folder.Write("large", new byte[70_000]);
        await using ServiceProvider other = Build(model => model.FromPointer(pointer => pointer.File(large)));
        Assert.Equal(
            $"The pointer pointer-file:{large} has 70,000 bytes; a file with nothing but a URI was expected. Correct the path.",
            await ErrorAsync(other));
    }

    [Fact]
    public async Task FromPointer_EmptyText_SaysSo()
    {
        await using ServiceProvider services = Build(model => model.FromPointer(pointer => pointer.Custom(_ => new StubPointer(" \n"))));

        Assert.Equal(
            "The pointer stub:place is empty. Set it to the model's location, such as s3://bucket/folder/.", await ErrorAsync(services));
    }

    [Fact]
    public async Task FromPointer_UnknownScheme_ListsSchemesButNotTheValue()
    {
        await using ServiceProvider services =
            Build(model => model.FromPointer(pointer => pointer.Custom(_ => new StubPointer("hunter2:geheim"))));

        string message = await ErrorAsync(services);

        Assert.Equal(
            "The value of the pointer stub:place (14 characters) does not start with a registered scheme. " +
            "Registered schemes: file:, efs:, layer:, https:, http:, env:, pointer-file:. " +
            "Set it to a URI such as s3://bucket/folder/, add the package that provides its scheme, or map the value to a source in code.",
            message);
    }

    [Fact]
    public async Task FromPointer_CircularPointers_SaysSo()
    {
        string variable = $"POINTER_{Guid.NewGuid():N}";
        Environment.SetEnvironmentVariable(variable, "env:" + variable);
        await using ServiceProvider services = Build(model => model.From(source => source.Uri("env:" + variable)));

        Assert.Contains("refer to each other in a circle", await ErrorAsync(services), StringComparison.Ordinal);
        Environment.SetEnvironmentVariable(variable, null);
    }

    [Fact]
    public void FromPointer_NoPointerSelected_Throws() =>
        Assert.StartsWith(
            "No pointer was selected. Call EnvironmentVariable, File, ParameterStore or Custom.",
            Assert.Throws<ArgumentException>(() => Build(model => model.FromPointer(_ => { }))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task FromPointer_WithSources_TriesThemInOrder()
    {
        var pointer = new StubPointer("s3://bucket/two/");
        Model("two", 2);
        await using ServiceProvider services = Build(model => model.FromPointer(
            chosen => chosen.Custom(_ => pointer),
            (where, sources) => sources
                .From(source => source.Efs($"{_folder.Path}/mount/{where.Path}", TimeSpan.FromSeconds(2)))
                .ThenFrom(source => source.FileSystem($"{_folder.Path}/{where.Path}"))));

        using ModelArtifact artifact = await SourceOf(services).LoadAsync(Token);
        Assert.Equal($"file:{_folder.Path}/two/", artifact.Source);

        // Now the mount, which comes first, has the model as well.
        Model("mount/two", 2);
        using ModelArtifact again = await SourceOf(services).LoadAsync(Token);
        Assert.Equal($"efs:{_folder.Path}/mount/two/", again.Source);
    }

    [Fact]
    public async Task ReadAsync_WithinLifetime_UsesTheCachedValue()
    {
        var pointer = new StubPointer($"file:{Model("one", 1)}");
        await using ServiceProvider services = Build(model => model.FromPointer(
            chosen => chosen.Custom(_ => pointer).Lifetime(TimeSpan.FromSeconds(10))));
        IModelSource source = SourceOf(services);

        await source.GetVersionAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(9));
        await source.GetVersionAsync(Token);
        Assert.Equal(1, pointer.Reads);
        _time.Advance(TimeSpan.FromSeconds(1));
        await source.GetVersionAsync(Token);

        Assert.Equal(2, pointer.Reads);
    }

    [Fact]
    public async Task LoadAsync_PointerCannotBeReadAgain_UsesTheLastValue()
    {
        var pointer = new StubPointer($"file:{Model("one", 1)}");
        await using ServiceProvider services =
            Build(model => model.FromPointer(chosen => chosen.Custom(_ => pointer).Lifetime(TimeSpan.Zero)));
        IModelSource source = SourceOf(services);
        (await source.LoadAsync(Token)).Dispose();

        pointer.Error = new HttpRequestException("no route to host");

        (await source.LoadAsync(Token)).Dispose();
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await source.GetVersionAsync(Token));
        Assert.Equal("The pointer stub:place cannot be read: no route to host", error.Message);
    }

    [Fact]
    public async Task CheckInterval_PointerChanges_ReplacesTheModel()
    {
        var pointer = new StubPointer($"file:{Model("one", 1)}");
        Model("two", 2);
        await using ServiceProvider services = Build(model => model
            .FromPointer(chosen => chosen.Custom(_ => pointer))
            .Configure(options => (options.CheckInterval, options.CheckJitter) = (TimeSpan.FromMinutes(1), 0)));
        Assert.Equal(11f, await AskAsync(services));

        pointer.Text = $"file:{_folder.Path}/two";
        _time.Advance(TimeSpan.FromMinutes(1));
        await Eventually.HoldsAsync(() => services.Registry().GetStatus("m").Model!.Source == pointer.Text);

        Assert.Equal(12f, await AskAsync(services));
    }

    [Theory]
    [InlineData("file:/no/such/model")]
    [InlineData("not a location")]
    public async Task CheckInterval_WrongPointerIsCorrected_TheNextCheckTakesIt(string mistake)
    {
        var time = new FrozenTimeProvider();
        var pointer = new StubPointer($"file:{Model("one", 1)}");
        string two = $"file:{Model("two", 2)}";
        var source = new CountingModelSource();
        await using ServiceProvider services = Build(
            model => model
                .FromPointer(chosen => chosen.Custom(_ => pointer).Lifetime(TimeSpan.FromSeconds(1)))
                .DecorateSource((_, inner) => source.Around(inner)) // a decorator does not hide that there is a pointer
                .Configure(options =>
                {
                    (options.CheckInterval, options.CheckJitter) = (TimeSpan.FromMinutes(1), 0);
                    options.ReplacementWait = TimeSpan.FromSeconds(30); // a request waits for the check that it starts
                }),
            time);
        await AskAsync(services);
        pointer.Text = mistake;
        var checks = new List<int>();
        for (int minute = 0; minute < 6; minute++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(11f, await AskAsync(services));
            checks.Add(source.Checks);
        }

        // The same mistake is tried after 1, 3 and 7 minutes.
        Assert.Equal([1, 1, 2, 2, 2, 2], checks);
        Assert.NotNull(services.Registry().GetStatus("m").Error);

        pointer.Text = two;
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(12f, await AskAsync(services));
        Assert.Null(services.Registry().GetStatus("m").Error);
    }

    private static async Task<float> AskAsync(IServiceProvider services) =>
        (await services.Named("m").RunAsync(new NamedValues { ["x"] = TensorValue.Create([10f], 1, 1) }, Token)).Value.Tensor("y")
            .Elements<float>()[0];
}
