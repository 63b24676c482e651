using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Text.StringModels;

/// <summary>Copies texts into a model's only input, a string tensor <c>[n]</c> or <c>[n, 1]</c>. Thread-safe.</summary>
internal sealed class StringTensorPreprocessor : IPreprocessor<string>
{
    public void Prepare(LoadedModel model)
    {
        IReadOnlyList<ValueDescription> inputs = model.Description.Inputs;
        if (inputs is not [{ Kind: ValueKind.Tensor, ElementType: TensorElementType.String, Shape.Length: 1 or 2 }]
            || (inputs[0].Shape.Length == 2 && inputs[0].Shape[1] > 1))
        {
            throw new ModelContractException(
                $"Model '{model.Identity.Name}' has the inputs {string.Join(", ", inputs)}; " +
                "a text label pipeline needs exactly one input, of string [n] or [n, 1].");
        }
    }

    public bool TryCreateWarmupInput(LoadedModel model, out string input)
    {
        input = "Warm up.";
        return true;
    }

    public ValueTask PreprocessAsync(ReadOnlyMemory<string> inputs, InferenceBatch batch, CancellationToken cancellationToken)
    {
        ValueDescription input = batch.Model.Description.Inputs[0];
        Span<string> tensor = input.Shape.Length == 1
            ? batch.CreateStringInput(input.Name, batch.Rows)
            : batch.CreateStringInput(input.Name, batch.Rows, 1);
        tensor.Fill(string.Empty);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs.Span[i] is { } text)
            {
                tensor[i] = text;
            }
            else
            {
                batch.Fail(i, new InvalidInputException(InvalidInputKind.Unprocessable, "The text is missing (null)."));
            }
        }

        return ValueTask.CompletedTask;
    }
}
