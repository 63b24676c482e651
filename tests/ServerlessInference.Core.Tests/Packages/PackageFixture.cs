using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Packages;
using ServerlessInference.Registration;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Packages;

/// <summary>A folder with archives and their manifest, and a container that has the split package.</summary>
internal sealed class PackageFixture : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly List<SplitPackageArchive> _archives = [];

    public string Folder => _folder.Path;

    public string Manifest => Path.Combine(Folder, "split-package.json");

    /// <summary>Writes an archive and adds it to the manifest.</summary>
    public PackageFixture With(string mount, string file, byte[] content, string? uri = null)
    {
        _folder.Write(file, content);
        string digest = Convert.ToHexStringLower(SHA256.HashData(content));
        return With(new SplitPackageArchive { Mount = mount, Uri = uri ?? file, Sha256 = digest, Size = content.Length });
    }

    public PackageFixture With(SplitPackageArchive archive)
    {
        _archives.Add(archive);
        File.WriteAllBytes(Manifest, new SplitPackageManifest { Archives = _archives }.ToJson());
        return this;
    }

    public ServiceProvider Services(Action<ServerlessInferenceBuilder>? configure = null, Action<SplitPackageOptions>? options = null)
    {
        var services = new ServiceCollection();
        services.Configure<ModelStoreOptions>(store => store.Root = Path.Combine(Folder, "store"));
        ServerlessInferenceBuilder builder = services.AddServerlessInference();
        configure?.Invoke(builder);
        builder.AddSplitPackage(package =>
        {
            package.Manifest = Manifest;
            options?.Invoke(package);
        });
        return services.BuildServiceProvider();
    }

    public void Dispose() => _folder.Dispose();
}
