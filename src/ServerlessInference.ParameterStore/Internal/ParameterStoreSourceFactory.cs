using ServerlessInference.Models;
using ServerlessInference.Registration;

namespace ServerlessInference.ParameterStore;

/// <summary>Creates model sources from <c>ssm:</c> URIs.</summary>
internal sealed class ParameterStoreSourceFactory(IServiceProvider services) : IModelSourceFactory
{
    public string Scheme => ParameterStorePointer.Scheme;

    public IModelSource Create(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        string name = uri[(Scheme.Length + 1)..];
        return string.IsNullOrWhiteSpace(name)
            ? throw new ArgumentException($"'{uri}' has no parameter; a valid URI is ssm:/models/yolo.", nameof(uri))
            : ModelSources.FromPointer(ParameterStorePointerExtensions.Create(services, name, null), services);
    }
}
