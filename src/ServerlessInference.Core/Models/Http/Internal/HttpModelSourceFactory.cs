using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Shared;

namespace ServerlessInference.Models.Http;

/// <summary>
/// Creates sources from <c>https:</c> and <c>http:</c> URIs. The fragment contains settings and is never sent to the server.
/// </summary>
internal static class HttpModelSourceFactory
{
    public static IModelSource Create(string uri, IServiceProvider services, Action<RemoteModelOptions>? configure = null)
    {
        if (!Uri.TryCreate(uri, UriKind.Absolute, out Uri? parsed)
            || parsed.Scheme is not ("http" or "https")
            || parsed.AbsolutePath.EndsWith('/'))
        {
            // The message must not contain the query, which may hold a signature, or a password.
            string shown = parsed?.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
                ?? PublicText.MaskUri(uri);
            throw new ArgumentException(
                $"'{shown}' is not the address of a file on a web server. Use an address such as https://host/models/model.onnx.",
                nameof(uri));
        }

        var options = new RemoteModelOptions();
        options.ApplyFragment(parsed.Fragment.TrimStart('#'));
        configure?.Invoke(options);
        return RemoteModelSource.Create(services, new HttpModel(parsed, services.GetService<TimeProvider>()), options);
    }
}
