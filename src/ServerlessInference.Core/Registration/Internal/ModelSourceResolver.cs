using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Models.Http;
using ServerlessInference.Models.Pointers;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Shared;

namespace ServerlessInference.Registration;

/// <summary>Creates the source that a URI refers to.</summary>
internal static class ModelSourceResolver
{
    private static readonly string[] OwnSchemes = ["file", "efs", "layer", "https", "http", "env", "pointer-file"];

    public static IModelSource Resolve(string uri, IServiceProvider services) => Find(uri, services) ?? throw new ModelLoadException(
        $"The scheme of the model source '{PublicText.MaskUri(uri)}' is not registered. Registered schemes: {ListSchemes(services)}. " +
        "Correct the URI, or add the package that provides its scheme.");

    /// <summary>Creates the source that a pointer's text refers to.</summary>
    /// <remarks>
    /// A text that is not a URI with a known scheme is never quoted in a message: it may be a secret that was read by mistake.
    /// </remarks>
    public static IModelSource ResolvePointed(ModelPointerValue value, string pointer, IServiceProvider services) =>
        Find(value.Text, services) ?? throw new ModelLoadException(
            $"The value of the pointer {pointer} ({value.Text.Length} characters) does not start with a registered scheme. Registered " +
            $"schemes: {ListSchemes(services)}. Set it to a URI such as s3://bucket/folder/, add the package that provides its scheme, " +
            "or map the value to a source in code.");

    private static IModelSource? Find(string uri, IServiceProvider services)
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
            case "env":
                return ModelSources.FromPointer(new EnvironmentPointer(rest), services);
            case "pointer-file":
                return ModelSources.FromPointer(new FilePointer(rest, services.GetService<TimeProvider>()), services);
            default:
                foreach (IModelSourceFactory factory in services.GetServices<IModelSourceFactory>())
                {
                    if (factory.Scheme == scheme)
                    {
                        return factory.Create(uri);
                    }
                }

                return null;
        }
    }

    private static string ListSchemes(IServiceProvider services) => string.Join(
        ", ",
        OwnSchemes
            .Concat(services.GetServices<IModelSourceFactory>().Select(factory => factory.Scheme))
            .Select(name => name + ":"));
}
