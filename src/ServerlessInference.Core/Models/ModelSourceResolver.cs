using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models.Http;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Models;

/// <summary>Finds the source that a URI means.</summary>
internal static class ModelSourceResolver
{
    public static IModelSource Resolve(string uri, IServiceProvider services)
    {
        int colon = uri.IndexOf(':', StringComparison.Ordinal);
        string scheme = colon > 0 ? uri[..colon] : string.Empty;
        string rest = uri[(colon + 1)..];
        switch (scheme)
        {
            case "file":
            case "efs":
                return FileModelSourceFactory.Create(rest.StartsWith("//", StringComparison.Ordinal) ? rest[2..] : rest, scheme, services);
            case "layer":
                return new FileSystemModelSource(Path.Combine(ModelSourceBuilder.LayerRoot, rest), scheme);
            case "https":
            case "http":
                return HttpModelSourceFactory.Create(uri, services);
            default:
                var known = new List<string> { "file", "efs", "layer", "https", "http" };
                foreach (IModelSourceFactory factory in services.GetServices<IModelSourceFactory>())
                {
                    if (factory.Scheme == scheme)
                    {
                        return factory.Create(uri);
                    }

                    known.Add(factory.Scheme);
                }

                throw new ModelLoadException(
                    $"The model source '{uri}' has no scheme that is registered. Registered: {string.Join(", ", known.Select(name => name + ":"))}. " +
                    "Correct the URI, or add the package that brings its scheme.");
        }
    }
}
