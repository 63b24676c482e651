namespace ServerlessInference.Tool.Output;

/// <summary>The format of a command's documents.</summary>
internal enum OutputFormat
{
    /// <summary>One JSON document per line, for programs. This is the default.</summary>
    Json,

    /// <summary>Aligned columns, for people.</summary>
    Table,
}
