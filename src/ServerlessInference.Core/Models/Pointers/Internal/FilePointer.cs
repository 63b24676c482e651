using System.Text;

namespace ServerlessInference.Models.Pointers;

/// <summary>Reads a model's URI from a small file.</summary>
internal sealed class FilePointer(string path, TimeProvider? time = null) : IModelPointer
{
    /// <summary>A URI is far shorter, so a file that is larger than this must be the wrong one.</summary>
    private const int MaxBytes = 64 * 1024;

    private readonly string _path = Path.GetFullPath(path);

    public string Description => "pointer-file:" + _path;

    public async ValueTask<string> ReadAsync(CancellationToken cancellationToken = default)
    {
        TimeSpan timeout = FileSystemModelSource.ProbeTimeout;
        try
        {
            // A mount may hang instead of failing, so it must not be accessed on the caller's thread.
            return await Task.Run(Read, CancellationToken.None)
                .WaitAsync(timeout, time ?? TimeProvider.System, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new ModelLoadException(
                $"The pointer {Description} did not answer within {timeout.TotalSeconds:0} s: its mount hangs. Check the mount, and add " +
                "another source after this one (ThenFrom).", exception);
        }
    }

    private string Read()
    {
        try
        {
            using FileStream file = File.OpenRead(_path);
            return file.Length > MaxBytes
                ? throw new ModelLoadException(
                    $"The pointer {Description} has {file.Length:N0} bytes; a file with nothing but a URI was expected. Correct the path.")
                : new StreamReader(file, Encoding.UTF8).ReadToEnd();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"The pointer {Description} cannot be read: {exception.Message}", exception);
        }
    }
}
