namespace ServerlessInference.Tool.Packaging;

/// <summary>A model that is to be deployed: its files and where the function finds them.</summary>
/// <param name="Mount">Its path in the package, such as <c>models/resnet50</c>.</param>
/// <param name="Files">Its files, named below the mount path.</param>
internal sealed record ModelInput(string Mount, List<PackageFile> Files)
{
    /// <summary>Gets how large it is.</summary>
    public long Length => Files.Sum(file => file.Length);

    /// <summary>Reads <c>PATH</c> or <c>NAME=PATH</c>, where the path is a folder or a model file with what stands beside it.</summary>
    /// <exception cref="UsageException">There is no such file or folder.</exception>
    public static ModelInput Parse(string text, string root)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var named = equals > 0 && !File.Exists(text) && !Directory.Exists(text);
        var path = Path.GetFullPath(named ? text[(equals + 1)..] : text);
        if (Directory.Exists(path))
        {
            var inside = Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/');
            var mount = named ? "models/" + text[..equals]
                : inside.StartsWith("..", StringComparison.Ordinal) || inside == "." ? "models/" + Path.GetFileName(Path.TrimEndingDirectorySeparator(path))
                : inside;
            return new ModelInput(mount, [.. PublishFolder.List(path).Select(file => file with { Kind = FileKind.Model })]);
        }

        if (!File.Exists(path))
        {
            throw new UsageException($"--model is '{text}', which is neither a file nor a folder. Give PATH or NAME=PATH.");
        }

        // External data begins with the model's own name: model.onnx.data, model.onnx_data.
        var files = Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*")
            .Select(file => PackageFile.Of(Path.GetFileName(file), file, FileKind.Model))
            .OrderBy(file => file.Name, StringComparer.Ordinal);
        return new ModelInput("models/" + (named ? text[..equals] : Path.GetFileNameWithoutExtension(path)), [.. files]);
    }
}
