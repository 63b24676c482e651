namespace ServerlessInference.Tool.Output;

/// <summary>A result of a command that can also be shown as rows of a table.</summary>
internal interface ITableDocument : IJsonDocument
{
    /// <summary>Adds rows to a table with the columns of the command.</summary>
    void AddRows(Table table);
}
