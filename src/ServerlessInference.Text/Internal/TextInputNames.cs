using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Text;

/// <summary>The names of a model's inputs, as the application gives them. Immutable.</summary>
/// <param name="Ids">The input for the ids of the tokens.</param>
/// <param name="Mask">The input for the attention mask; may be null.</param>
/// <param name="Types">The input for the type ids; may be null.</param>
/// <param name="Positions">The input for the positions; may be null.</param>
internal sealed record TextInputNames(string Ids, string? Mask, string? Types, string? Positions)
{
    /// <summary>Gets what an input receives.</summary>
    internal TokenInputRole GetRole(string name) =>
        name == Ids ? TokenInputRole.Ids
        : name == Mask ? TokenInputRole.Mask
        : name == Types ? TokenInputRole.Types
        : name == Positions ? TokenInputRole.Positions
        : TokenInputRole.None;

    /// <summary>Checks that the model has all the inputs.</summary>
    /// <exception cref="ModelContractException">An input is missing; the message lists those of the model.</exception>
    internal void Check(LoadedModel model)
    {
        foreach (string? name in (ReadOnlySpan<string?>)[Ids, Mask, Types, Positions])
        {
            if (name is not null && !Exists(model.Description.Inputs, name))
            {
                throw new ModelContractException(
                    $"Model '{model.Identity.Name}' has no input '{name}'; its inputs are " +
                    $"{string.Join(", ", model.Description.Inputs)}. Correct the call of UseTextInputs.");
            }
        }
    }

    private static bool Exists(IReadOnlyList<ValueDescription> inputs, string name)
    {
        foreach (ValueDescription input in inputs)
        {
            if (input.Name == name)
            {
                return true;
            }
        }

        return false;
    }
}
