using ServerlessInference.Tool.CommandLine;

namespace ServerlessInference.Tool.Packaging;

/// <summary>A model to deploy: its files and the path under which the function finds them.</summary>
/// <param name="Mount">The path in the package, such as <c>models/resnet50</c>.</param>
/// <param name="Files">The files, named relative to the mount path.</param>
internal sealed record ModelInput(string Mount, List<PackageFile> Files)
{
    /// <summary>Gets the total size in bytes.</summary>
    public long Length => Files.Sum(file => file.Length);

    /// <summary>
    /// Parses <c>PATH</c> or <c>NAME=PATH</c>, where the path is a directory, or a model file with its external data next to it.
    /// </summary>
    /// <exception cref="UsageException">The file or directory does not exist.</exception>
    public static ModelInput Parse(string text, string root)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        bool named = equals > 0 && !File.Exists(text) && !Directory.Exists(text);
        string path = Path.GetFullPath(named ? text[(equals + 1)..] : text);
        if (Directory.Exists(path))
        {
            string inside = Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/');
            string mount = named ? "models/" + text[..equals]
                : inside == "." || inside.StartsWith("..", StringComparison.Ordinal)
                    ? "models/" + Path.GetFileName(Path.TrimEndingDirectorySeparator(path))
                : inside;
            return new ModelInput(mount, [.. PublishFolder.List(path).Select(file => file with { Kind = FileKind.Model })]);
        }

        if (!File.Exists(path))
        {
            throw new UsageException($"--model is '{text}', which is neither a file nor a directory. Give PATH or NAME=PATH.");
        }

        // The names of external data begin with the name of the model: model.onnx.data, model.onnx_data.
        IOrderedEnumerable<PackageFile> files = Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*")
            .Select(file => PackageFile.Create(Path.GetFileName(file), file, FileKind.Model))
            .OrderBy(file => file.Name, StringComparer.Ordinal);
        return new ModelInput("models/" + (named ? text[..equals] : Path.GetFileNameWithoutExtension(path)), [.. files]);
    }
}
