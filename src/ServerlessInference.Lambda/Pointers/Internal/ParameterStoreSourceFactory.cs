using ServerlessInference.Models;
using ServerlessInference.Registration;

namespace ServerlessInference.Lambda;

/// <summary>Makes sources of <c>ssm:</c> URIs.</summary>
internal sealed class ParameterStoreSourceFactory(IServiceProvider services) : IModelSourceFactory
{
    public string Scheme => ParameterStorePointer.Scheme;

    public IModelSource Create(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        string name = uri[(Scheme.Length + 1)..];
        return string.IsNullOrWhiteSpace(name)
            ? throw new ArgumentException($"'{uri}' names no parameter; such a URI looks like ssm:/models/yolo.", nameof(uri))
            : ModelPointerBuilder.CreateSource(services, ParameterStoreExtensions.Create(services, name, null));
    }
}
