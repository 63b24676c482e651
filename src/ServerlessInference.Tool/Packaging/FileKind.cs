namespace ServerlessInference.Tool.Packaging;

/// <summary>What a file of a publish folder is.</summary>
internal enum FileKind
{
    /// <summary>Anything else: settings, data, the program itself.</summary>
    Other,

    /// <summary>A managed assembly.</summary>
    Assembly,

    /// <summary>A native library that is not the .NET runtime's own.</summary>
    NativeLibrary,

    /// <summary>A library of the .NET runtime, which must lie beside the program.</summary>
    RuntimeLibrary,

    /// <summary>Debugging symbols.</summary>
    Symbols,

    /// <summary>An assembly's documentation.</summary>
    Documentation,

    /// <summary>A file of a model.</summary>
    Model,
}
