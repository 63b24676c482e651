using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text;

/// <summary>Knows which part of a token sequence each of a model's inputs receives, and fills the tensors.</summary>
/// <remarks>Inputs are bound by name, and only those that the model has: DistilBERT has no <c>token_type_ids</c>. Immutable and
/// thread-safe.</remarks>
internal sealed class TokenInputs
{
    private readonly TokenInputRole[] _roles;

    private TokenInputs(TokenInputRole[] roles, int? fixedLength)
    {
        _roles = roles;
        FixedLength = fixedLength;
    }

    /// <summary>Gets the length of sequences if the model fixes it; null if it takes any length.</summary>
    internal int? FixedLength { get; }

    /// <summary>Binds a model's inputs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="names">The names that the application gives; null for the usual ones.</param>
    /// <exception cref="ModelContractException">There is no input for the ids, or an input has an unknown name or type; the message
    /// lists all inputs.</exception>
    internal static TokenInputs Bind(LoadedModel model, TextInputNames? names = null)
    {
        IReadOnlyList<ValueDescription> inputs = model.Description.Inputs;
        TokenInputRole[] roles = FindRoles(model, names);
        int? length = null;
        for (int i = 0; i < roles.Length; i++)
        {
            ValueDescription input = inputs[i];
            if (roles[i] == TokenInputRole.None || !IsInteger(input)
                || input.Shape.Length != (roles[i] == TokenInputRole.RowNumber ? 1 : 2))
            {
                throw new ModelContractException(
                    $"Nothing fills the input {input} of model '{model.Identity.Name}'. Its inputs are {string.Join(", ", inputs)}; " +
                    "a text pipeline fills input_ids, attention_mask, token_type_ids and position_ids of int64 or int32 [n, length]. " +
                    "If they have other names, call UseTextInputs; otherwise export the model with only these inputs.");
            }

            if (roles[i] != TokenInputRole.RowNumber && input.Shape[1] >= 0)
            {
                length = checked((int)input.Shape[1]);
            }
        }

        return Array.IndexOf(roles, TokenInputRole.Ids) >= 0 ? new TokenInputs(roles, length) : throw new ModelContractException(
            $"Model '{model.Identity.Name}' has no input 'input_ids', which a text pipeline needs. " +
            $"Its inputs are {string.Join(", ", inputs)}. If the ids have another name, call UseTextInputs.");
    }

    /// <summary>Fills the tensors with one row per sequence, padded to the given length. Further rows consist of padding.</summary>
    internal void Fill(InferenceBatch batch, TokenBatch tokens, int rows, int length, SequencePadding padding)
    {
        for (int i = 0; i < _roles.Length; i++)
        {
            if (_roles[i] == TokenInputRole.RowNumber)
            {
                FillRowNumbers(batch, i, rows);
            }
            else if (batch.Model.Description.Inputs[i].ElementType == TensorElementType.Int64)
            {
                Fill64(batch.CreateInput<long>(i, rows, length), _roles[i], tokens, length, padding);
            }
            else
            {
                Fill32(batch.CreateInput<int>(i, rows, length), _roles[i], tokens, length, padding);
            }
        }
    }

    private static bool IsInteger(ValueDescription input) =>
        input is { Kind: ValueKind.Tensor, ElementType: TensorElementType.Int64 or TensorElementType.Int32 };

    private static TokenInputRole[] FindRoles(LoadedModel model, TextInputNames? names)
    {
        IReadOnlyList<ValueDescription> inputs = model.Description.Inputs;
        names?.Check(model);
        var roles = new TokenInputRole[inputs.Count];
        int unknown = -1;
        int unknowns = 0;
        bool hasIds = false;
        for (int i = 0; i < roles.Length; i++)
        {
            TokenInputRole given = names?.GetRole(inputs[i].Name) ?? TokenInputRole.None;
            roles[i] = given != TokenInputRole.None ? given : GetRole(inputs[i].Name);
            hasIds |= roles[i] == TokenInputRole.Ids;
            if (roles[i] == TokenInputRole.None)
            {
                unknown = i;
                unknowns++;
            }
        }

        // Exports without names have inputs such as input.1. A single one that is left over can only be the ids.
        if (!hasIds && unknowns == 1 && IsInteger(inputs[unknown]) && inputs[unknown].Shape.Length == 2)
        {
            roles[unknown] = TokenInputRole.Ids;
            model.Decide(new ModelDecision(
                "inputs", $"'{inputs[unknown].Name}' receives the ids of the tokens", "it is the only input of unknown name"));
        }

        return roles;
    }

    private static TokenInputRole GetRole(string name)
    {
        ReadOnlySpan<char> plain = name;
        int colon = plain.LastIndexOf(':');
        plain = colon > 0 ? plain[..colon] : plain;
        return plain switch
        {
            "input_ids" => TokenInputRole.Ids,
            "attention_mask" or "input_mask" => TokenInputRole.Mask,
            "token_type_ids" or "segment_ids" => TokenInputRole.Types,
            "position_ids" => TokenInputRole.Positions,
            _ when plain.StartsWith("unique_ids", StringComparison.Ordinal) => TokenInputRole.RowNumber,
            _ => TokenInputRole.None,
        };
    }

    private static void FillRowNumbers(InferenceBatch batch, int index, int rows)
    {
        if (batch.Model.Description.Inputs[index].ElementType == TensorElementType.Int64)
        {
            Span<long> numbers = batch.CreateInput<long>(index, rows);
            for (int row = 0; row < rows; row++)
            {
                numbers[row] = row;
            }

            return;
        }

        Span<int> small = batch.CreateInput<int>(index, rows);
        for (int row = 0; row < rows; row++)
        {
            small[row] = row;
        }
    }

    private static ReadOnlySpan<int> GetValues(TokenEncoding encoding, TokenInputRole role) => role switch
    {
        TokenInputRole.Ids => encoding.Ids,
        TokenInputRole.Mask => encoding.AttentionMask,
        _ => encoding.TypeIds,
    };

    private static void Fill64(Span<long> tensor, TokenInputRole role, TokenBatch tokens, int length, SequencePadding padding)
    {
        tensor.Fill(GetPadValue(role, padding));
        for (int row = 0; row < tensor.Length / length; row++)
        {
            ReadOnlySpan<int> values = row < tokens.Count ? GetValues(tokens[row], role) : [];
            int start = (row * length) + padding.GetStart(values.Length, length);
            if (role == TokenInputRole.Positions)
            {
                for (int i = start; i < (row + 1) * length; i++)
                {
                    tensor[i] = i - start;
                }

                continue;
            }

            Span<long> target = tensor.Slice(start, values.Length);
            for (int i = 0; i < values.Length; i++)
            {
                target[i] = values[i];
            }
        }
    }

    private static void Fill32(Span<int> tensor, TokenInputRole role, TokenBatch tokens, int length, SequencePadding padding)
    {
        tensor.Fill(GetPadValue(role, padding));
        for (int row = 0; row < tensor.Length / length; row++)
        {
            ReadOnlySpan<int> values = row < tokens.Count ? GetValues(tokens[row], role) : [];
            int start = (row * length) + padding.GetStart(values.Length, length);
            if (role == TokenInputRole.Positions)
            {
                for (int i = start; i < (row + 1) * length; i++)
                {
                    tensor[i] = i - start;
                }

                continue;
            }

            values.CopyTo(tensor[start..]);
        }
    }

    /// <summary>Gets the value of padding. Positions are counted from the first token, and padding before it has the position 1, as in
    /// transformers.</summary>
    private static int GetPadValue(TokenInputRole role, SequencePadding padding) => role switch
    {
        TokenInputRole.Ids => padding.TokenId,
        TokenInputRole.Types => padding.TypeId,
        TokenInputRole.Positions => 1,
        _ => 0,
    };
}
