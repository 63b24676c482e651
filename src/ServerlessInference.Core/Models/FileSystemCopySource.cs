using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Models;

/// <summary>Makes sources that copy a model from a mount into the store: the files of a mount are read like the objects of a bucket.</summary>
internal static class FileSystemCopySource
{
    private const string Setting = "copy";

    /// <summary>Makes the source that <c>efs:PATH#copy</c> means; further settings of the transfer may follow with <c>&amp;</c>.</summary>
    /// <returns>The source; <see langword="null"/> where the path does not ask for a copy.</returns>
    public static RemoteModelSource? TryCreate(IServiceProvider services, string path, string scheme)
    {
        int hash = path.LastIndexOf('#');
        string fragment = hash < 0 ? string.Empty : path[(hash + 1)..];
        return fragment == Setting || fragment.StartsWith(Setting + "&", StringComparison.Ordinal)
            ? Create(services, path[..hash], scheme, options => options.ApplyFragment(fragment[Setting.Length..]))
            : null;
    }

    public static RemoteModelSource Create(IServiceProvider services, string path, string scheme, Action<RemoteModelOptions>? configure)
    {
        var options = new RemoteModelOptions();
        configure?.Invoke(options);
        return RemoteModelSource.Create(services, new MountedModel(path, scheme), options);
    }
}
