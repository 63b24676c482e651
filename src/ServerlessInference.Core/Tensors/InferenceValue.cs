namespace ServerlessInference.Tensors;

/// <summary>What goes into a model or comes out of it: a tensor, a sequence or a map.</summary>
/// <remarks>Values hold managed memory only, so they need no disposal and outlive the session that made them.</remarks>
public abstract class InferenceValue
{
    private protected InferenceValue()
    {
    }
}
