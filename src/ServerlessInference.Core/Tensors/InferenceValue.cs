namespace ServerlessInference.Tensors;

/// <summary>An input or output value of a model: a tensor, a sequence or a map.</summary>
/// <remarks>Values hold only managed memory, so they need not be disposed and stay valid after the model has been unloaded.</remarks>
public abstract class InferenceValue
{
    private protected InferenceValue()
    {
    }
}
