namespace ServerlessInference.Tokenizers.PreTokenization;

/// <summary>Before which pieces Metaspace puts its character.</summary>
internal enum PrependScheme
{
    /// <summary>Before every piece.</summary>
    Always,

    /// <summary>Before the piece that starts the text.</summary>
    First,

    /// <summary>Before none.</summary>
    Never,
}
