namespace ServerlessInference.Text;

/// <summary>Which part of a token sequence a model's input receives.</summary>
internal enum TokenInputRole
{
    None,
    Ids,
    Mask,
    Types,
    Positions,

    /// <summary>The number of the row, which older exports of BERT return next to their answers.</summary>
    RowNumber,
}
