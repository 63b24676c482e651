namespace ServerlessInference.Text.Internal;

/// <summary>What of a token sequence a model's input takes.</summary>
internal enum TokenInputRole
{
    None,
    Ids,
    Mask,
    Types,
    Positions,
}
