namespace ServerlessInference.Tool.Output;

/// <summary>How a command writes its documents.</summary>
internal enum OutputFormat
{
    /// <summary>One JSON document per line: for programs, and the default.</summary>
    Json,

    /// <summary>Aligned columns: for people.</summary>
    Table,
}
