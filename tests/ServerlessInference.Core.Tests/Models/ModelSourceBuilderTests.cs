using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Registration;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Models;

public sealed class ModelSourceBuilderTests
{
    private static IModelSource Source(Action<ModelSourceBuilder> from, Action<IServiceCollection>? more = null)
    {
        var services = new ServiceCollection();
        more?.Invoke(services);
        services.AddServerlessInference().AddModel("m", model => model.From(from));
        return services.BuildServiceProvider().GetRequiredKeyedService<IModelSource>("m");
    }

    [Fact]
    public void Layer_Path_IsBelowOpt() => Assert.Equal("layer:/opt/resnet50", Source(from => from.Layer("resnet50")).Description);

    [Fact]
    public void Efs_Path_IsUsedAsIs() => Assert.Equal("efs:/mnt/models/a", Source(from => from.Efs("/mnt/models/a")).Description);

    [Theory]
    [InlineData("layer:a/b", "layer:/opt/a/b")]
    [InlineData("file:/models/a", "file:/models/a")]
    [InlineData("file:///models/a", "file:/models/a")]
    [InlineData("efs:/mnt/a", "efs:/mnt/a")]
    public void Uri_KnownScheme_CreatesTheSource(string uri, string description) =>
        Assert.Equal(description, Source(from => from.Uri(uri)).Description);

    [Fact]
    public void Uri_SchemeOfAnotherPackage_UsesItsFactory()
    {
        IModelSource source = Source(
            from => from.Uri("test://models/a"), services => services.AddSingleton<IModelSourceFactory, Factory>());

        Assert.Equal("test://models/a", source.Description);
    }

    [Theory]
    [InlineData("s3://models/a")]
    [InlineData("/models/a")]
    public void Uri_UnknownScheme_ListsTheRegisteredSchemes(string uri)
    {
        ModelLoadException error = Assert.Throws<ModelLoadException>(
            () => Source(from => from.Uri(uri), services => services.AddSingleton<IModelSourceFactory, Factory>()));

        Assert.Equal(
            $"The scheme of the model source '{uri}' is not registered. Registered schemes: file:, efs:, layer:, https:, http:, env:, " +
            "pointer-file:, test:. Correct the URI, or add the package that provides its scheme.",
            error.Message);
    }

    [Theory]
    [InlineData("htps://user:secret@host/m.onnx", "htps://…@host/m.onnx")]
    [InlineData("htps:/user:secret@host/m.onnx", "htps:/…@host/m.onnx")]
    [InlineData("ftp://user:se/cr#et@host/m.onnx?X-Amz-Signature=secret", "ftp://…")]
    [InlineData("user:secret@host/m.onnx?sig=secret", "…@host/m.onnx?…")]
    [InlineData("Https://host/m.onnx?X-Amz-Signature=secret&x=1", "Https://host/m.onnx?…")]
    [InlineData("wasb://host/m.onnx#secret", "wasb://host/m.onnx#…")]
    [InlineData("http://user:sec#ret@host/m.onnx", "http://…")]
    [InlineData("https://host:port/m.onnx?secret", "https://host:port/m.onnx?…")]
    public void Uri_WithSecrets_IsShownWithoutThem(string uri, string shown)
    {
        Exception error = Assert.ThrowsAny<Exception>(() => Source(from => from.Uri(uri)));

        Assert.Contains($"'{shown}'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("ret@", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Uri_FragmentWithoutSettings_IsNotShown()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => Source(from => from.Uri("https://host/m.onnx#pass word@x")));

        Assert.StartsWith("The fragment of a model URI contains something other", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void From_SeveralSources_CreatesChainInOrder()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("m", model => model
            .FromLayer("a")
            .ThenFrom(from => from.Efs("/mnt/a", TimeSpan.FromSeconds(2)))
            .FromFileSystem("/b")
            .FromEmbeddedResource(typeof(ModelSourceBuilderTests).Assembly, "embedded/"));

        IModelSource source = services.BuildServiceProvider().GetRequiredKeyedService<IModelSource>("m");

        Assert.IsType<ModelSourceChain>(source);
        Assert.Equal(
            "layer:/opt/a, then efs:/mnt/a, then file:/b, then embedded:ServerlessInference.Core.Tests/embedded/", source.Description);
    }

    [Fact]
    public void From_NoSourceSelected_Throws()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Source(_ => { }));

        Assert.StartsWith(
            "No source was selected. Call FileSystem, Embedded, Http, ByPointer, Uri, Custom or a method of another package.",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Custom_ZeroDeadline_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Source(from => from.Efs("/mnt/a", TimeSpan.Zero)));

    private sealed class Factory : IModelSourceFactory
    {
        public string Scheme => "test";

        public IModelSource Create(string uri) => StubModelSource.Of([1], uri);
    }
}
