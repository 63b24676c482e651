using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>Fills a model's declared inputs with zeros (empty strings), to run it for warmth.</summary>
internal static class SyntheticInput
{
    public static void Fill(InferenceBatch batch)
    {
        IReadOnlyList<ValueDescription> inputs = batch.Model.Description.Inputs;
        for (int i = 0; i < inputs.Count; i++)
        {
            if (inputs[i].Kind != ValueKind.Tensor)
            {
                throw new ModelContractException($"The input {inputs[i]} of model '{batch.Model.Identity.Name}' is no tensor; only tensors can be given.");
            }

            // A dynamic axis has length 1, the shortest that is not empty.
            long[] shape = inputs[i].Shape.ToArray();
            for (int axis = 0; axis < shape.Length; axis++)
            {
                shape[axis] = shape[axis] < 0 ? 1 : shape[axis];
            }

            if (inputs[i].ElementType == TensorElementType.String)
            {
                batch.Input(i).FillStrings(shape).Fill(string.Empty);
            }
            else
            {
                batch.Input(i).FillBytes(inputs[i].ElementType, shape).Clear();
            }
        }
    }
}
