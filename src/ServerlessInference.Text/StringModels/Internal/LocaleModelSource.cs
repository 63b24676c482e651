using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessInference.Models;
using ServerlessInference.Onnx;
using ServerlessInference.Registration;

namespace ServerlessInference.Text.StringModels;

/// <summary>Replaces the locale in the text normalization of the model that another source loads. Thread-safe.</summary>
internal sealed class LocaleModelSource(IModelSource inner, string name, IOptionsMonitor<ModelOptions> models, string locale) : IModelSource
{
    private const int MaxModelBytes = 1024 * 1024 * 1024;

    public string Description => inner.Description;

    /// <summary>Wraps the source of the model.</summary>
    internal static void Decorate(ModelBuilder model)
    {
        string name = model.Name;
        model.DecorateSource((services, source) => Create(services, source, name));
    }

    public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) => inner.GetVersionAsync(cancellationToken);

    public async ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
    {
        ModelArtifact artifact = await inner.LoadAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ModelFile model = artifact.GetModelFile(models.Get(name).File);
            if (!model.Name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)
                || LocalePatch.Rewrite(model.ReadAllBytes(MaxModelBytes).Span, locale) is not { } changed)
            {
                return artifact;
            }

            IEnumerable<ModelFile> files = artifact.Files.Select(
                file => file.Name == model.Name ? ModelFile.InMemory(file.Name, changed) : file);
            return new ModelArtifact(artifact.Source, artifact.Version, files, artifact);
        }
        catch
        {
            artifact.Dispose();
            throw;
        }
    }

    /// <summary>Only on Linux may the locale that a model names be missing from the image; elsewhere the model is left unchanged.</summary>
    private static IModelSource Create(IServiceProvider services, IModelSource inner, string name)
    {
        string? locale = services.GetRequiredService<IOptionsMonitor<StringModelOptions>>().Get(name).Locale;
        return locale is null || !OperatingSystem.IsLinux()
            ? inner
            : new LocaleModelSource(inner, name, services.GetRequiredService<IOptionsMonitor<ModelOptions>>(), locale);
    }
}
