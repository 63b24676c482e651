namespace ServerlessInference.Models.Transfer;

/// <summary>Creates sources from <c>file:</c> and <c>efs:</c> URIs.</summary>
/// <remarks>The files are used in place or, if <c>#copy=true</c> follows the path, copied into the store.</remarks>
internal static class FileModelSourceFactory
{
    private const string CopySetting = "#copy=true";

    public static IModelSource Create(string path, string scheme, IServiceProvider services)
    {
        // A '#' that is not followed by exactly this setting is part of the file name.
        int at = path.LastIndexOf(CopySetting, StringComparison.Ordinal);
        return at < 0
            ? new FileSystemModelSource(path, scheme)
            : Create(path[..at], scheme, path[(at + CopySetting.Length)..], services, static _ => { });
    }

    public static IModelSource Create(
        string path, string scheme, string settings, IServiceProvider services, Action<RemoteModelOptions> configure)
    {
        var options = new RemoteModelOptions();
        options.ApplyFragment(settings);
        configure(options);
        return RemoteModelSource.Create(services, new FileModel(path, scheme, options), options);
    }
}
