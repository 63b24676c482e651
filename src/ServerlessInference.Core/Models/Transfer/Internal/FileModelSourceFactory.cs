namespace ServerlessInference.Models.Transfer;

/// <summary>Makes sources of <c>file:</c> and <c>efs:</c> URIs: used where they lie, or, with <c>#copy=true</c> behind the path, copied into the store.</summary>
internal static class FileModelSourceFactory
{
    private const string CopySetting = "#copy=true";

    public static IModelSource Create(string path, string scheme, IServiceProvider services)
    {
        // Without this very setting a '#' is part of a file's name.
        int at = path.LastIndexOf(CopySetting, StringComparison.Ordinal);
        return at < 0
            ? new FileSystemModelSource(path, scheme)
            : Create(path[..at], scheme, path[(at + CopySetting.Length)..], services, static _ => { });
    }

    public static IModelSource Create(string path, string scheme, string settings, IServiceProvider services, Action<RemoteModelOptions> configure)
    {
        var options = new RemoteModelOptions();
        options.ApplyFragment(settings);
        configure(options);
        return RemoteModelSource.Create(services, new FileModel(path, scheme, options), options);
    }
}
