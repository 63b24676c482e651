namespace ServerlessInference.Tool.Output;

/// <summary>One result of a command that can also be shown as rows of a table.</summary>
internal interface ITableDocument : IJsonDocument
{
    /// <summary>Adds the document's rows to a table that has the command's columns.</summary>
    void AddRows(Table table);
}
