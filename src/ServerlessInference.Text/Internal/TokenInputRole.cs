namespace ServerlessInference.Text;

/// <summary>Which part of a token sequence a model's input receives.</summary>
internal enum TokenInputRole
{
    None,
    Ids,
    Mask,
    Types,
    Positions,
}
