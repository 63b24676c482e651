using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessInference.Models;
using ServerlessInference.Models.Http;
using ServerlessInference.Tests.Models.Archives;
using ServerlessInference.Tests.Models.Transfer;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Models.Http;

public sealed class HttpModelTests : IAsyncDisposable
{
    private static readonly byte[] Content = TemporaryStore.Bytes((3 * 1024 * 1024) + 5, 5);

    private readonly TemporaryStore _store = new();
    private readonly FileServer _server = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public HttpModelTests() => _server.Files["model.onnx"] = (Content, "\"abc\"");

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _store.Dispose();
    }

    [Fact]
    public async Task LoadAsync_ServerWithRanges_IsReadInRanges()
    {
        using ModelArtifact artifact = await LoadAsync("model.onnx");

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.Equal("abc", artifact.Version);
    }

    [Fact]
    public async Task LoadAsync_ServerWithoutRanges_IsReadInOneRequest()
    {
        _server.OffersRanges = false;
        using ModelArtifact artifact = await LoadAsync("model.onnx");

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task LoadAsync_ServerAdvertisesButIgnoresRanges_SaysSo()
    {
        _server.Files["model.zip"] = (ArchiveBuilder.Zip(("model.onnx", Content)), "\"z\"");
        _server.OffersRanges = false;
        _server.ExtraHeaders = "Accept-Ranges: bytes\r\n";
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync("model.zip"));

        Assert.Contains("advertises ranges, but answered a range request with status 200", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("gzip", false)]
    [InlineData("identity, br", true)]
    public async Task LoadAsync_EncodedContent_IsRefusedByName(string codings, bool offersRanges)
    {
        _server.OffersRanges = offersRanges;
        _server.ExtraHeaders = $"Content-Encoding: {codings}\r\n";

        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync("model.onnx"));

        Assert.Contains($"is sent with Content-Encoding: {codings.Split(", ")[^1]}, although", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_ArchiveWhoseCompressionIsCalledACoding_IsExtracted()
    {
        _server.Files["model.tar.gz"] = (ArchiveBuilder.Gzip(ArchiveBuilder.Tar(("model.onnx", Content))), "\"t\"");
        _server.ExtraHeaders = "Content-Encoding: x-gzip\r\n";

        using ModelArtifact artifact = await LoadAsync("model.tar.gz");

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    [Theory]
    [InlineData("", 43)]
    [InlineData("Last-Modified: Mon, 02 Nov 2026 10:00:00 GMT\r\n", 41)]
    public async Task LoadAsync_NothingToVerify_Warns(string header, int expected)
    {
        _server.Files["model.onnx"] = (Content, null);
        _server.ExtraHeaders = header;
        using var logger = new CapturingLoggerProvider();
        await using ServiceProvider services = new ServiceCollection()
            .AddSingleton(Options.Create(_store.Options))
            .AddSingleton<Microsoft.Extensions.Logging.ILoggerFactory>(logger)
            .BuildServiceProvider();

        using ModelArtifact artifact = await HttpModelSourceFactory.Create(_server.Address("model.onnx"), services).LoadAsync(Token);

        Assert.Contains(logger.Records, record => record.Id == expected);
    }

    [Fact]
    public async Task LoadAsync_WithoutEntityTag_IsReadInOneRequest()
    {
        _server.Files["model.onnx"] = (Content, null);
        using ModelArtifact artifact = await LoadAsync("model.onnx");

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.DoesNotContain(_server.Requests, request => request.Contains("bytes=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task LoadAsync_Pinned_IsVerifiedAndNotRequestedAgain()
    {
        string uri = $"model.onnx#sha256={Convert.ToHexString(SHA256.HashData(Content))}";
        using ModelArtifact first = await LoadAsync(uri);
        int requests = _server.Requests.Count;
        using ModelArtifact second = await LoadAsync(uri);

        Assert.Equal(requests, _server.Requests.Count);
        await Assert.ThrowsAnyAsync<ModelLoadException>(() => LoadAsync($"model.onnx#sha256={new string('b', 64)}"));
    }

    [Fact]
    public async Task LoadAsync_DigestFromServer_IsVerified()
    {
        _server.ExtraHeaders = $"Repr-Digest: sha-256=:{Convert.ToBase64String(SHA256.HashData(Content))}:\r\n";
        using ModelArtifact artifact = await LoadAsync("model.onnx#require-digest=true");
        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());

        _server.Files["other.onnx"] = ([1, 2], "\"x\"");
        ModelLoadException exception = await Assert.ThrowsAnyAsync<ModelLoadException>(() => LoadAsync("other.onnx"));
        Assert.Contains("was expected", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_TemporarilyUnavailable_IsRetried()
    {
        _server.Status = request => request <= 2 ? 503 : null;
        using ModelArtifact artifact = await LoadAsync("model.onnx");
        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    [Fact]
    public async Task LoadAsync_ReplacedWhileBeingRead_ReturnsTheNewVersion()
    {
        byte[] replacement = TemporaryStore.Bytes(1000, 6);
        _server.Status = request =>
        {
            if (request == 2)
            {
                _server.Files["model.onnx"] = (replacement, "\"def\"");
                return 412;
            }

            return null;
        };
        using ModelArtifact artifact = await LoadAsync("model.onnx");

        Assert.Equal(replacement, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.Equal("def", artifact.Version);
    }

    [Theory]
    [InlineData("ETag: W/\"{0}\"\r\n")]
    [InlineData("Last-Modified: Mon, 02 Nov 2026 10:00:0{0} GMT\r\n")]
    public async Task LoadAsync_ReplacedBySameSizeWithoutStrongTag_ReturnsTheNewVersion(string header)
    {
        byte[] replacement = TemporaryStore.Bytes(Content.Length, 6);
        _server.Files["model.onnx"] = (Content, null);
        _server.ExtraHeaders = header.Replace("{0}", "1", StringComparison.Ordinal);
        using ModelArtifact old = await LoadAsync("model.onnx");
        int requests = _server.Requests.Count;
        _server.Files["model.onnx"] = (TemporaryStore.Bytes(Content.Length, 7), null);
        _server.ExtraHeaders = header.Replace("{0}", "2", StringComparison.Ordinal);
        _server.Status = request =>
        {
            if (request == requests + 2)
            {
                _server.Files["model.onnx"] = (replacement, null);
                _server.ExtraHeaders = header.Replace("{0}", "3", StringComparison.Ordinal);
            }

            return null;
        };
        using ModelArtifact artifact = await LoadAsync("model.onnx");

        Assert.Equal(replacement, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.NotEqual(old.Version, artifact.Version);
        Assert.Equal(requests + 4, _server.Requests.Count);
        Assert.Equal(artifact.Version, await Source("model.onnx").GetVersionAsync(Token));
    }

    [Fact]
    public async Task LoadAsync_PasswordInAddress_IsNotInTheSource()
    {
        string address = _server.Address("model.onnx").Replace("://", "://user:secret@", StringComparison.Ordinal);
        ServiceProvider services = new ServiceCollection().AddSingleton(Options.Create(_store.Options)).BuildServiceProvider();
        using ModelArtifact artifact = await HttpModelSourceFactory.Create(address, services).LoadAsync(Token);

        Assert.Equal(_server.Address("model.onnx"), artifact.Source);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(405)]
    [InlineData(501)]
    public async Task LoadAsync_AddressSignedForGetOnly_RequestsTheFirstByte(int refusal)
    {
        _server.Status = request =>
            _server.Requests.ElementAt(request - 1).StartsWith("HEAD", StringComparison.Ordinal) ? refusal : null;
        using ModelArtifact artifact = await LoadAsync("model.onnx?signature=secret");

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.Equal("abc", artifact.Version);
        Assert.Contains(_server.Requests, request => request.EndsWith("bytes=0-0", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(404, "does not exist (404)")]
    [InlineData(403, "The server denied access to")]
    [InlineData(418, "the server answered 418")]
    public async Task LoadAsync_ErrorStatus_ExplainsItWithoutTheQuery(int status, string expected)
    {
        _server.Status = _ => status;
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync("model.onnx?signature=secret"));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
        Assert.Equal(status == 403 ? 2 : 1, _server.Requests.Count);
    }

    [Fact]
    public async Task LoadAsync_ZipWithQuery_IsExtracted()
    {
        _server.Files["model.zip"] = (ArchiveBuilder.Zip(("model.onnx", Content)), "\"z\"");
        using ModelArtifact artifact = await LoadAsync("model.zip?signature=secret");

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.DoesNotContain("secret", artifact.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_PasswordInAddress_IsInNoMessage()
    {
        _server.Files["model.onnx"] = (Content, "\"a\"");
        using ModelArtifact artifact = await Source("model.onnx", "reader:secret@").LoadAsync(Token);
        ModelLoadException missing = await Assert.ThrowsAsync<ModelLoadException>(
            () => Source("none.onnx", "reader:secret@").LoadAsync(Token).AsTask());
        ArgumentException folder = Assert.Throws<ArgumentException>(() => Source("", "reader:secret@"));

        Assert.DoesNotContain("secret", artifact.Source + missing.Message + folder.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_AddressWithoutFile_Throws() =>
        Assert.Contains(
            "is not the address of a file", Assert.Throws<ArgumentException>(() => Source("")).Message, StringComparison.Ordinal);

    private Task<ModelArtifact> LoadAsync(string name) => Source(name).LoadAsync(Token).AsTask();

    // Everything is set in configuration, as in a deployed function.
    private IModelSource Source(string name, string user = "")
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ServerlessInference:Store:Root"] = _store.Options.Root,
            ["ServerlessInference:Models:m:Sources:0:Uri"] = _server.Address(name).Replace("://", "://" + user, StringComparison.Ordinal),
        }).Build());
        services.AddServerlessInference().AddModel("m", _ => { });
        return services.BuildServiceProvider().GetRequiredKeyedService<IModelSource>("m");
    }
}
