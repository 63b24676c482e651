namespace ServerlessInference.Tool.Packaging;

/// <summary>The kind of a file in a publish directory.</summary>
internal enum FileKind
{
    /// <summary>Anything else: settings, data, the program itself.</summary>
    Other,

    /// <summary>A managed assembly.</summary>
    Assembly,

    /// <summary>A native library that is not part of the .NET runtime.</summary>
    NativeLibrary,

    /// <summary>A library of the .NET runtime, which must be next to the program.</summary>
    RuntimeLibrary,

    /// <summary>Debugging symbols.</summary>
    Symbols,

    /// <summary>The documentation of an assembly.</summary>
    Documentation,

    /// <summary>A file of a model.</summary>
    Model,
}
