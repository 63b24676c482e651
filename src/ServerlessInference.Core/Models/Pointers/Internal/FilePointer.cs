using System.Text;

namespace ServerlessInference.Models.Pointers;

/// <summary>A model's URI in a small file.</summary>
internal sealed class FilePointer(string path, TimeProvider? time = null) : IModelPointer
{
    /// <summary>A URI is far shorter; more than this is another file than the one that was meant.</summary>
    private const int MaxBytes = 64 * 1024;

    private readonly string _path = Path.GetFullPath(path);

    public string Description => "pointer-file:" + _path;

    public async ValueTask<string> ReadAsync(CancellationToken cancellationToken = default)
    {
        TimeSpan most = FileSystemModelSource.ProbeTimeout;
        try
        {
            // On another thread, since a mount may hang rather than fail.
            return await Task.Run(Read, CancellationToken.None).WaitAsync(most, time ?? TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new ModelLoadException($"The pointer {Description} did not answer within {most.TotalSeconds:0} s: its mount hangs. Check the mount, and name another source behind it (ThenFrom).", exception);
        }
    }

    private string Read()
    {
        try
        {
            using FileStream file = File.OpenRead(_path);
            return file.Length > MaxBytes
                ? throw new ModelLoadException($"The pointer {Description} has {file.Length:N0} bytes; a file with a URI and nothing else was expected. Correct the path.")
                : new StreamReader(file, Encoding.UTF8).ReadToEnd();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"The pointer {Description} cannot be read: {exception.Message}", exception);
        }
    }
}
