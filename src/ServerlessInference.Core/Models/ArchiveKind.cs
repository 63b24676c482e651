namespace ServerlessInference.Models;

/// <summary>What a model is packed in.</summary>
public enum ArchiveKind
{
    /// <summary>What the object's name ends in: <c>.zip</c>, <c>.tar</c>, <c>.tar.gz</c> or <c>.tgz</c>; any other is no archive.</summary>
    ByName,

    /// <summary>Nothing: the object is a file of the model, whatever its name.</summary>
    None,

    /// <summary>A zip archive. Its server must offer ranges, since a zip's directory stands at its end.</summary>
    Zip,

    /// <summary>A tar archive.</summary>
    Tar,

    /// <summary>A tar archive compressed with gzip, such as SageMaker's <c>model.tar.gz</c>.</summary>
    TarGzip,
}
