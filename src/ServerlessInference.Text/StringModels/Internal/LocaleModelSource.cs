using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessInference.Models;
using ServerlessInference.Registration;

namespace ServerlessInference.Text.StringModels.Internal;

/// <summary>A source whose model has another locale in its text normalization. Thread-safe.</summary>
internal sealed class LocaleModelSource(IModelSource inner, string name, IOptionsMonitor<ModelOptions> models, string locale) : IModelSource
{
    private const int MaxModelBytes = 1024 * 1024 * 1024;

    public string Description => inner.Description;

    /// <summary>Puts itself around the model's source.</summary>
    internal static void Wrap(ModelBuilder model)
    {
        string name = model.Name;
        for (int i = model.Services.Count - 1; i >= 0; i--)
        {
            ServiceDescriptor source = model.Services[i];
            if (source.ServiceType != typeof(IModelSource) || !Equals(source.ServiceKey, name))
            {
                continue;
            }

            Func<IServiceProvider, IModelSource> original = source switch
            {
                { KeyedImplementationFactory: { } factory } => services => (IModelSource)factory(services, name),
                { KeyedImplementationInstance: IModelSource instance } => _ => instance,
                _ => throw new InvalidOperationException(
                    $"The source of model '{name}' is registered by its type; register it by a factory or an instance, so that text models can be adapted."),
            };
            model.Services[i] = ServiceDescriptor.KeyedSingleton<IModelSource>(name, (services, _) => Create(services, original(services), name));
            return;
        }
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

            IEnumerable<ModelFile> files = artifact.Files.Select(file => file.Name == model.Name ? ModelFile.InMemory(file.Name, changed) : file);
            return new ModelArtifact(artifact.Source, artifact.Version, files, artifact);
        }
        catch
        {
            artifact.Dispose();
            throw;
        }
    }

    /// <summary>Only Linux resolves locales by names that an image may lack; elsewhere the model's own is there.</summary>
    private static IModelSource Create(IServiceProvider services, IModelSource inner, string name)
    {
        string? locale = services.GetRequiredService<IOptionsMonitor<StringModelOptions>>().Get(name).Locale;
        return locale is null || !OperatingSystem.IsLinux()
            ? inner
            : new LocaleModelSource(inner, name, services.GetRequiredService<IOptionsMonitor<ModelOptions>>(), locale);
    }
}
