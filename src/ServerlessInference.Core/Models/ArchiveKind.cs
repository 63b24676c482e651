namespace ServerlessInference.Models;

/// <summary>The kind of archive that a model is packed in.</summary>
public enum ArchiveKind
{
    /// <summary>
    /// Determined by the ending of the name: <c>.zip</c>, <c>.tar</c>, <c>.tar.gz</c> or <c>.tgz</c>; otherwise not an archive.
    /// </summary>
    ByName,

    /// <summary>Not an archive: the object is a file of the model, regardless of its name.</summary>
    None,

    /// <summary>A zip archive. The server must support ranges, because the directory of a zip is at its end.</summary>
    Zip,

    /// <summary>A tar archive.</summary>
    Tar,

    /// <summary>A tar archive compressed with gzip, such as SageMaker's <c>model.tar.gz</c>.</summary>
    TarGzip,
}
